// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one JSON decoder and encoder. Decoding refuses what is too large, too deep, not UTF-8, doubled or followed by
 * more bytes; fields are then asked for by type from the {@link JsonObject}. See {@code docs/decisions/json.md}.
 */
public final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES) // else hostile names fill a table for ever
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Limits.JSON_DEPTH)
                    .maxStringLength(Limits.REQUEST_BYTES)
                    .maxNumberLength(40)
                    .build())
            .build();

    private static final int PATH_CHARS = 200;

    private Json() {}

    /**
     * The fields of an object in this order, so that they make the same bytes in every JVM: {@link Map#of} has another
     * order in each.
     *
     * @param namesAndValues in turn
     */
    public static Map<String, Object> fields(Object... namesAndValues) {
        var fields = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }

    /** Decodes exactly one object of at most {@code maxBytes}. */
    public static JsonObject object(byte[] bytes, int maxBytes) throws RefusedException {
        if (bytes.length > maxBytes) {
            throw new RefusedException(
                    "JSON of %d bytes is larger than the limit of %d".formatted(bytes.length, maxBytes));
        }
        // Decoded here, because the parser lets overlong and truncated UTF-8 through in places, and guesses UTF-16.
        try (JsonParser parser = FACTORY.createParser(utf8(bytes))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new RefusedException("JSON must be an object, starting with '{'");
            }
            JsonObject object = readObject(parser, "");
            if (parser.nextToken() != null) {
                throw new RefusedException("JSON is followed by more data");
            }
            return object;
        } catch (IOException e) {
            throw new RefusedException("not valid JSON: " + firstLine(e.getMessage()));
        }
    }

    /** Strictly decoded UTF-8. */
    public static String utf8(byte[] bytes) throws RefusedException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new RefusedException("not valid UTF-8");
        }
    }

    /**
     * Encodes a map of String, Number, Boolean, Map, List, {@link JsonObject}, or null (written as null); any other
     * value is written as its {@code toString()}, so names, ids and times need no adapter.
     */
    public static byte[] bytes(Map<String, ? extends @Nullable Object> object) {
        try (var out = new ByteArrayBuilder();
                JsonGenerator generator = FACTORY.createGenerator(out)) {
            write(generator, object);
            generator.flush();
            return out.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException("writing JSON to memory failed", e);
        }
    }

    public static String text(Map<String, ? extends @Nullable Object> object) {
        return new String(bytes(object), StandardCharsets.UTF_8);
    }

    /** A list as a JSON array, values as in {@link #bytes}. */
    public static String text(List<? extends @Nullable Object> list) {
        String wrapped = text(Map.of("l", list));
        return wrapped.substring("{\"l\":".length(), wrapped.length() - 1);
    }

    private static JsonObject readObject(JsonParser parser, String path) throws IOException {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            fields.put(name, readValue(parser, token, path.isEmpty() ? below("", name) : below(path, "." + name)));
        }
        return new JsonObject(path, fields);
    }

    /** A path for people, made for each value: without a limit, long names above many values would fill the memory. */
    private static String below(String path, String step) {
        String longer = path + step;
        return longer.length() > PATH_CHARS ? longer.substring(0, PATH_CHARS) + "…" : longer;
    }

    private static @Nullable Object readValue(JsonParser parser, @Nullable JsonToken token, String path)
            throws IOException {
        return switch (token) {
            case null -> throw new IOException("ends in the middle of a value");
            case START_OBJECT -> readObject(parser, path);
            case START_ARRAY -> {
                var list = new ArrayList<@Nullable Object>();
                JsonToken next;
                while ((next = parser.nextToken()) != JsonToken.END_ARRAY) {
                    list.add(readValue(parser, next, below(path, "[" + list.size() + "]")));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue(); // out of range is an IOException
            case VALUE_NUMBER_FLOAT -> finite(parser.getDoubleValue());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw new IOException("unexpected " + token);
        };
    }

    /** JSON has no infinity: it would be written as a text, and so say something else to whoever reads that. */
    private static double finite(double value) throws IOException {
        if (Double.isInfinite(value)) {
            throw new IOException("a number is too large");
        }
        return value;
    }

    private static void write(JsonGenerator generator, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> generator.writeNull();
            case Map<?, ?> map -> {
                generator.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    generator.writeFieldName(String.valueOf(entry.getKey()));
                    write(generator, entry.getValue());
                }
                generator.writeEndObject();
            }
            case JsonObject object -> {
                generator.writeStartObject();
                for (String name : object.names()) {
                    generator.writeFieldName(name);
                    write(generator, object.get(name));
                }
                generator.writeEndObject();
            }
            case Iterable<?> list -> {
                generator.writeStartArray();
                for (Object element : list) {
                    write(generator, element);
                }
                generator.writeEndArray();
            }
            case Boolean bool -> generator.writeBoolean(bool);
            case Integer number -> generator.writeNumber(number);
            case Long number -> generator.writeNumber(number);
            case Double number -> generator.writeNumber(number);
            default -> generator.writeString(value.toString());
        }
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
    }
}
