// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.json;

import dev.steward.message.RefusedException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A decoded JSON object whose fields are asked for by type. A field that is missing, null or of another type is a
 * {@link RefusedException} that names its path. Values are String, Long, Double, Boolean, JsonObject, List or null.
 */
public final class JsonObject {
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private final String path;
    private final Map<String, @Nullable Object> fields;

    JsonObject(String path, Map<String, @Nullable Object> fields) {
        this.path = path;
        this.fields = fields;
    }

    /** An object made here rather than decoded, for instance from YAML; the same rules hold for its fields. */
    public static JsonObject of(Map<String, ?> fields) {
        return new JsonObject("", new LinkedHashMap<>(fields));
    }

    public Set<String> names() {
        return fields.keySet();
    }

    /** The value as decoded, null where absent or null. */
    public @Nullable Object get(String name) {
        return fields.get(name);
    }

    public boolean has(String name) {
        return fields.get(name) != null;
    }

    public String text(String name) throws RefusedException {
        return required(name, String.class, "a text");
    }

    public Optional<String> optionalText(String name) throws RefusedException {
        return has(name) ? Optional.of(text(name)) : Optional.empty();
    }

    public long integer(String name, long min, long max) throws RefusedException {
        long value = required(name, Long.class, "an integer");
        if (value < min || value > max) {
            throw new RefusedException("%s must lie between %d and %d, but is %d".formatted(at(name), min, max, value));
        }
        return value;
    }

    public OptionalLong optionalInteger(String name, long min, long max) throws RefusedException {
        return has(name) ? OptionalLong.of(integer(name, min, max)) : OptionalLong.empty();
    }

    public boolean bool(String name) throws RefusedException {
        return required(name, Boolean.class, "true or false");
    }

    /** A duration from an integer of milliseconds. */
    public Optional<Duration> optionalMillis(String name, Duration max) throws RefusedException {
        return has(name) ? Optional.of(Duration.ofMillis(integer(name, 1, max.toMillis()))) : Optional.empty();
    }

    /** A time as RFC 3339 in UTC. */
    public Instant time(String name) throws RefusedException {
        String value = text(name);
        try {
            Instant time = Instant.parse(value);
            if (!time.isBefore(EARLIEST) && time.isBefore(LATEST)) { // four digits of a year, so that texts sort
                return time;
            }
            throw new RefusedException("%s must lie between the years 1 and 9999".formatted(at(name)));
        } catch (DateTimeParseException e) {
            throw new RefusedException(
                    "%s must be a time such as 2026-01-31T12:00:00.000Z, but is '%s'".formatted(at(name), value));
        }
    }

    public Optional<Instant> optionalTime(String name) throws RefusedException {
        return has(name) ? Optional.of(time(name)) : Optional.empty();
    }

    public JsonObject object(String name) throws RefusedException {
        return required(name, JsonObject.class, "an object");
    }

    public Optional<JsonObject> optionalObject(String name) throws RefusedException {
        return has(name) ? Optional.of(object(name)) : Optional.empty();
    }

    public List<String> texts(String name, int max) throws RefusedException {
        return list(name, String.class, "texts", max);
    }

    public List<JsonObject> objects(String name, int max) throws RefusedException {
        return list(name, JsonObject.class, "objects", max);
    }

    /** An object whose values are all texts, for instance environment variables. */
    public Map<String, String> textMap(String name) throws RefusedException {
        JsonObject object = object(name);
        var result = new LinkedHashMap<String, String>();
        for (String key : object.names()) {
            result.put(key, object.text(key));
        }
        return result;
    }

    /** Refuses a field outside {@code known}, so that a typing error is never silently ignored. */
    public void onlyKnown(Set<String> known) throws RefusedException {
        for (String name : names()) {
            if (!known.contains(name)) {
                throw new RefusedException("unknown field %s; known here: %s"
                        .formatted(
                                at(name),
                                String.join(", ", known.stream().sorted().toList())));
            }
        }
    }

    /** The path of a field from the document's root, for messages. */
    public String at(String name) {
        return path.isEmpty() ? "'" + name + "'" : "'" + path + "." + name + "'";
    }

    private <T> T required(String name, Class<T> type, String what) throws RefusedException {
        Object value = fields.get(name);
        if (value == null) {
            throw new RefusedException(at(name) + " is missing");
        }
        if (!type.isInstance(value)) {
            throw new RefusedException("%s must be %s".formatted(at(name), what));
        }
        return type.cast(value);
    }

    private <T> List<T> list(String name, Class<T> type, String what, int max) throws RefusedException {
        List<?> values = required(name, List.class, "a list of " + what);
        if (values.size() > max) {
            throw new RefusedException(
                    "%s has %d entries, at most %d are allowed".formatted(at(name), values.size(), max));
        }
        var result = new ArrayList<T>(values.size());
        for (Object value : values) {
            if (!type.isInstance(value)) {
                throw new RefusedException("%s must hold only %s".formatted(at(name), what));
            }
            result.add(type.cast(value));
        }
        return result;
    }
}
