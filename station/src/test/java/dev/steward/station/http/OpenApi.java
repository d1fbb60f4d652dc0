// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The API as {@code openapi.yaml} has it: judges answers by it, and keeps count of what was asked. Thread-safe. */
final class OpenApi {
    private static final String LOCATION = "urn:steward:openapi";
    private static final String ERROR = "/components/schemas/Error";
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch", "head", "options");

    /** @param path with its parameters in braces */
    private record Operation(String method, String path, Pattern matches) {
        String pointer() {
            return "/paths/" + path.replace("~", "~0").replace("/", "~1") + "/" + method;
        }

        @Override
        public String toString() {
            return method.toUpperCase(Locale.ROOT) + " " + path;
        }
    }

    private final JsonObject document;
    private final SchemaRegistry schemas;
    private final List<Operation> operations = new ArrayList<>();
    private final Set<String> seen = Collections.synchronizedSet(new TreeSet<>());

    OpenApi() {
        document = load();
        checkKeys("", document);
        SchemaRegistryConfig config =
                SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build();
        String text = Json.text(List.of(document));
        schemas = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemaRegistryConfig(config)
                        .schemas(Map.of(LOCATION, text.substring(1, text.length() - 1))));
        JsonObject paths = object(document, "paths");
        for (String path : paths.names()) {
            for (String method : object(paths, path).names()) {
                assertThat(METHODS).contains(method);
                operations.add(new Operation(method, path, Pattern.compile(path.replaceAll("\\{[^}]+}", "[^/]+"))));
            }
        }
    }

    /** Every operation, for instance {@code GET /api/v1/nodes}. */
    List<String> operations() {
        return operations.stream().map(Operation::toString).toList();
    }

    /** The role that each operation takes by its {@code x-role}. */
    Map<String, String> roles() throws RefusedException {
        var roles = new TreeMap<String, String>();
        for (Operation operation : operations) {
            roles.put(operation.toString(), at(operation.pointer()).text("x-role"));
        }
        return roles;
    }

    /** The documented answers that no call has met, for instance {@code GET /api/v1/nodes 401}. */
    Set<String> unmet() {
        var unmet = new TreeSet<String>();
        for (Operation operation : operations) {
            for (String status : responses(operation).names()) {
                unmet.add(operation + " " + status);
            }
        }
        unmet.removeAll(seen);
        return unmet;
    }

    /** Fails where the answer is none that is documented for this request. */
    void check(String method, String path, int status, String contentType, byte[] body) {
        String what = "%s %s %d %s".formatted(method, path, status, new String(body, StandardCharsets.UTF_8));
        String asked = method.equals("HEAD") ? "GET" : method;
        Optional<Operation> operation = operations.stream()
                .filter(each -> each.method.equalsIgnoreCase(asked)
                        && each.matches.matcher(path).matches())
                .findFirst();
        if (operation.isEmpty()) {
            assertThat(status).as(what).isBetween(400, 499);
            checkBody(what, ERROR, contentType, method, body);
            return;
        }
        JsonObject responses = responses(operation.get());
        assertThat(responses.names()).as("documented answers of " + what).contains(Integer.toString(status));
        String pointer = operation.get().pointer() + "/responses/" + status;
        if (object(responses, Integer.toString(status)).get("$ref") instanceof String reference) {
            pointer = reference.substring(1);
        }
        if (at(pointer).get("content") == null) {
            assertThat(body).as(what).isEmpty();
            seen.add(operation.get() + " " + status);
            return;
        }
        JsonObject content = object(at(pointer), "content");
        String type = contentType.replaceFirst("\\s*;.*", "");
        assertThat(content.names()).as("documented content of " + what).contains(type);
        if (type.equals("application/json")) {
            checkBody(what, pointer + "/content/application~1json/schema", contentType, method, body);
        }
        if (!method.equals("HEAD")) {
            seen.add(operation.get() + " " + status);
        }
    }

    /** Fails where the text is no JSON that fits the schema of this name, its keys in the documented order. */
    void checkSchema(String name, String json) {
        checkJson(name + " " + json, "/components/schemas/" + name, json);
    }

    private void checkBody(String what, String schema, String contentType, String method, byte[] body) {
        assertThat(contentType).as(what).matches("application/json; ?charset=utf-8");
        if (method.equals("HEAD")) {
            assertThat(body).as(what).isEmpty();
        } else {
            checkJson(what, schema, new String(body, StandardCharsets.UTF_8));
        }
    }

    private void checkJson(String what, String pointer, String json) {
        Schema schema = schemas.getSchema(SchemaLocation.of(LOCATION + "#" + pointer));
        assertThat(schema.validate(json, InputFormat.JSON)).as(what).isEmpty();
        checkOrder(what, at(pointer), decode(json));
    }

    /** The keys come as they are documented, so that people can read the answers and compare them. */
    private void checkOrder(String what, JsonObject schema, @Nullable Object value) {
        if (schema.get("$ref") instanceof String reference) {
            checkOrder(what, at(reference.substring(1)), value);
        } else if (value instanceof List<?> list && schema.get("items") instanceof JsonObject items) {
            list.forEach(element -> checkOrder(what, items, element));
        } else if (value instanceof JsonObject object && schema.get("properties") instanceof JsonObject properties) {
            var documented = new ArrayList<>(properties.names());
            documented.retainAll(object.names());
            assertThat(object.names()).as("key order of " + what).containsExactlyElementsOf(documented);
            for (String name : documented) {
                checkOrder(what, object(properties, name), object.get(name));
            }
        }
    }

    /** An unquoted comma inside braces ends a text in YAML and makes a key of its rest. */
    private static void checkKeys(String path, @Nullable Object value) {
        assertThat(value).as("openapi.yaml, the value of " + path).isNotNull();
        if (value instanceof JsonObject object) {
            object.names().forEach(name -> checkKeys(path + "/" + name, object.get(name)));
        } else if (value instanceof List<?> list) {
            list.forEach(element -> checkKeys(path + "/", element));
        }
    }

    private JsonObject responses(Operation operation) {
        return object(at(operation.pointer()), "responses");
    }

    private JsonObject at(String pointer) {
        JsonObject found = document;
        for (String token : pointer.substring(1).split("/", -1)) {
            found = object(found, token.replace("~1", "/").replace("~0", "~"));
        }
        return found;
    }

    private static JsonObject object(JsonObject parent, String name) {
        if (parent.get(name) instanceof JsonObject found) {
            return found;
        }
        throw new AssertionError("openapi.yaml has no object %s among %s".formatted(name, parent.names()));
    }

    private static JsonObject decode(String json) {
        try {
            return Json.object(json.getBytes(StandardCharsets.UTF_8), Integer.MAX_VALUE);
        } catch (RefusedException e) {
            throw new AssertionError("not JSON: " + json, e);
        }
    }

    private static JsonObject load() {
        try (InputStream in = OpenApi.class.getResourceAsStream("openapi.yaml")) {
            Object yaml = new Load(LoadSettings.builder().build()).loadFromInputStream(in);
            String json = Json.text(List.of(yaml));
            return decode(json.substring(1, json.length() - 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
