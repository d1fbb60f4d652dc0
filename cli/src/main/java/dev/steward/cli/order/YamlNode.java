// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.Limits;
import dev.steward.message.json.JsonObject;
import dev.steward.message.text.DidYouMean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A place in a YAML file, asked for what it should hold; what it holds instead is complained of with its line. */
record YamlNode(String file, Node node) {

    Failure complaint(String text) {
        String line =
                node.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
        return Failure.usage(file + line + ": " + text);
    }

    List<YamlNode> list(String what) throws Failure {
        if (!(node instanceof SequenceNode sequence)) {
            throw complaint("must be " + what);
        }
        return sequence.getValue().stream()
                .map(each -> new YamlNode(file, each))
                .toList();
    }

    /** A scalar as it is written: in a command line {@code 5} and {@code 0x10} are words. */
    String text() throws Failure {
        if (!(node instanceof ScalarNode scalar) || scalar.getTag().equals(Tag.NULL)) {
            throw complaint("must be a text");
        }
        return scalar.getValue();
    }

    boolean bool() throws Failure {
        if (!(node instanceof ScalarNode scalar) || !scalar.getTag().equals(Tag.BOOL)) {
            throw complaint("must be true or false");
        }
        return scalar.getValue().equalsIgnoreCase("true");
    }

    List<String> texts() throws Failure {
        var texts = new ArrayList<String>();
        for (YamlNode each : list("a list of texts")) {
            texts.add(each.text());
        }
        if (texts.isEmpty()) {
            throw complaint("is empty");
        }
        return texts;
    }

    List<String> textOrTexts() throws Failure {
        return node instanceof SequenceNode ? texts() : List.of(text());
    }

    Map<String, String> textMap() throws Failure {
        var texts = new LinkedHashMap<String, String>();
        for (Map.Entry<String, YamlNode> entry : entries().entrySet()) {
            texts.put(entry.getKey(), entry.getValue().text());
        }
        return texts;
    }

    JsonObject object() throws Failure {
        return object(1);
    }

    private JsonObject object(int depth) throws Failure {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        for (Map.Entry<String, YamlNode> entry : entries().entrySet()) {
            fields.put(entry.getKey(), entry.getValue().value(depth));
        }
        return JsonObject.of(fields);
    }

    private @Nullable Object value(int depth) throws Failure {
        // Also what ends an alias that holds itself.
        if (depth > Limits.JSON_DEPTH - 2) {
            throw complaint("is nested too deep");
        }
        return switch (node) {
            case MappingNode mapping -> object(depth + 1);
            case SequenceNode sequence -> {
                var values = new ArrayList<@Nullable Object>();
                for (YamlNode each : list("a list")) {
                    values.add(each.value(depth + 1));
                }
                yield values;
            }
            case ScalarNode scalar -> scalar(scalar);
            default -> throw complaint("can't be read");
        };
    }

    private @Nullable Object scalar(ScalarNode scalar) throws Failure {
        try {
            if (scalar.getTag().equals(Tag.INT)) {
                return Long.parseLong(scalar.getValue());
            }
            if (scalar.getTag().equals(Tag.FLOAT)) {
                return Double.parseDouble(scalar.getValue());
            }
        } catch (NumberFormatException e) {
            throw complaint("'%s' is not a number that JSON can hold".formatted(scalar.getValue()));
        }
        if (scalar.getTag().equals(Tag.NULL)) {
            return null;
        }
        return scalar.getTag().equals(Tag.BOOL) ? (Object) bool() : scalar.getValue();
    }

    private Map<String, YamlNode> entries() throws Failure {
        if (!(node instanceof MappingNode mapping)) {
            throw complaint("must be a map of keys and values");
        }
        var entries = new LinkedHashMap<String, YamlNode>();
        for (NodeTuple tuple : mapping.getValue()) {
            var key = new YamlNode(file, tuple.getKeyNode());
            if (entries.put(key.text(), new YamlNode(file, tuple.getValueNode())) != null) {
                throw key.complaint("'%s' is there twice".formatted(key.text()));
            }
        }
        return entries;
    }

    /** The keys and values of a map of which only {@code known} keys are allowed. */
    Fields fields(Set<String> known) throws Failure {
        Map<String, YamlNode> entries = entries();
        for (NodeTuple tuple : ((MappingNode) node).getValue()) {
            var key = new YamlNode(file, tuple.getKeyNode());
            if (!known.contains(key.text())) {
                throw key.complaint("unknown key '%s'%s; known here: %s"
                        .formatted(
                                key.text(),
                                DidYouMean.suffix(key.text(), known),
                                String.join(", ", known.stream().sorted().toList())));
            }
        }
        return new Fields(this, entries);
    }

    record Fields(YamlNode map, Map<String, YamlNode> entries) {
        boolean contains(String key) {
            return entries.containsKey(key);
        }

        YamlNode required(String key) throws Failure {
            YamlNode value = entries.get(key);
            if (value == null) {
                throw map.complaint("'%s' is missing".formatted(key));
            }
            return value;
        }
    }
}
