// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.yaml;

import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import dev.steward.message.text.DidYouMean;
import dev.steward.message.text.Quoted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A place in a YAML file, asked for what it should hold; what it holds instead is complained of with its line. */
public final class YamlNode {
    /** Aliases of lists and maps; what reads the file limits what they may stand for. */
    private static final int MAX_ALIASES = 50;

    private final String file;
    private final Node node;

    private YamlNode(String file, Node node) {
        this.file = file;
        this.node = node;
    }

    /**
     * Reads a text of one YAML document.
     *
     * @param file its name, for complaints
     * @param what it should hold, for the complaint that it is empty
     */
    public static YamlNode parse(String file, String text, String what) throws RefusedException {
        return parse(file, text, what, Integer.MAX_VALUE);
    }

    /** @param maxNodes how many texts, lists and maps it may have, for who reads it with little memory */
    public static YamlNode parse(String file, String text, String what, int maxNodes) throws RefusedException {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setMaxAliasesForCollections(MAX_ALIASES)
                .build();
        try {
            checkSize(file, new Parse(settings).parseString(text), maxNodes);
            Optional<Node> root = new Compose(settings).composeString(text);
            if (root.isEmpty()) {
                throw new RefusedException("%s is empty; it must hold %s".formatted(file, what));
            }
            return new YamlNode(file, root.get());
        } catch (MarkedYamlEngineException e) {
            String line =
                    e.getProblemMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
            throw new RefusedException("%s%s is not valid YAML: %s".formatted(file, line, e.getProblem()));
        } catch (YamlEngineException e) {
            throw new RefusedException("%s is not valid YAML: %s".formatted(file, e.getMessage()));
        }
    }

    /** Before anything is composed, because that goes as deep into the stack as the text is nested. */
    private static void checkSize(String file, Iterable<Event> events, int maxNodes) throws RefusedException {
        int depth = 0;
        int nodes = 0;
        for (Event event : events) {
            depth += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
            nodes += event instanceof NodeEvent ? 1 : 0;
            int line = event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
            if (tag(event).filter(YamlNode::isNoTag).isPresent()) {
                throw new RefusedException("%s:%d: here is a tag that begins or ends with a space, or holds nothing"
                        .formatted(file, line));
            }
            if (depth > Limits.JSON_DEPTH) {
                throw new RefusedException(
                        "%s:%d: is nested too deep, at most %d levels".formatted(file, line, Limits.JSON_DEPTH));
            }
            if (nodes > maxNodes) {
                throw new RefusedException(
                        "%s:%d: here the file has more than %d texts, lists and maps".formatted(file, line, maxNodes));
            }
        }
    }

    private static Optional<String> tag(Event event) {
        return switch (event) {
            case ScalarEvent scalar -> scalar.getTag();
            case CollectionStartEvent collection -> collection.getTag();
            default -> Optional.empty();
        };
    }

    /** For the composer it would be a defect of its caller. */
    private static boolean isNoTag(String tag) {
        return tag.isEmpty() || tag.trim().length() != tag.length();
    }

    /** File and line: {@code trust.yaml:12}. */
    public String place() {
        return file
                + node.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
    }

    public RefusedException complaint(String text) {
        return new RefusedException(place() + ": " + text);
    }

    public boolean isMap() {
        return node instanceof MappingNode;
    }

    public boolean isList() {
        return node instanceof SequenceNode;
    }

    public List<YamlNode> list(String what) throws RefusedException {
        if (!(node instanceof SequenceNode sequence)) {
            throw complaint("must be " + what);
        }
        return sequence.getValue().stream()
                .map(each -> new YamlNode(file, each))
                .toList();
    }

    /** A scalar as it is written: in a command line {@code 5} and {@code 0x10} are words. */
    public String text() throws RefusedException {
        if (!(node instanceof ScalarNode scalar) || scalar.getTag().equals(Tag.NULL)) {
            throw complaint("must be a text");
        }
        return scalar.getValue();
    }

    public boolean bool() throws RefusedException {
        if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL)) {
            if (scalar.getValue().equalsIgnoreCase("true")) {
                return true;
            }
            if (scalar.getValue().equalsIgnoreCase("false")) {
                return false;
            }
        }
        throw complaint("must be true or false");
    }

    public int integer(int min, int max) throws RefusedException {
        try {
            int value = Integer.parseInt(text());
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // refused below, as one out of range
        }
        throw complaint("%s must be a number from %d to %d".formatted(Quoted.of(text()), min, max));
    }

    public List<String> texts() throws RefusedException {
        var texts = new ArrayList<String>();
        for (YamlNode each : list("a list of texts")) {
            texts.add(each.text());
        }
        if (texts.isEmpty()) {
            throw complaint("is empty");
        }
        return texts;
    }

    public List<String> textOrTexts() throws RefusedException {
        return node instanceof SequenceNode ? texts() : List.of(text());
    }

    /** Each of a list, or the one that stands in a list's place. */
    public List<YamlNode> oneOrMore() throws RefusedException {
        List<YamlNode> nodes = node instanceof SequenceNode ? list("a list") : List.of(this);
        if (nodes.isEmpty()) {
            throw complaint("is empty");
        }
        return nodes;
    }

    public Map<String, String> textMap() throws RefusedException {
        var texts = new LinkedHashMap<String, String>();
        for (Map.Entry<String, YamlNode> entry : entries().entrySet()) {
            texts.put(entry.getKey(), entry.getValue().text());
        }
        return texts;
    }

    public JsonObject object() throws RefusedException {
        return object(1);
    }

    private JsonObject object(int depth) throws RefusedException {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        for (Map.Entry<String, YamlNode> entry : entries().entrySet()) {
            fields.put(entry.getKey(), entry.getValue().value(depth));
        }
        return JsonObject.of(fields);
    }

    private @Nullable Object value(int depth) throws RefusedException {
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

    private @Nullable Object scalar(ScalarNode scalar) throws RefusedException {
        try {
            if (scalar.getTag().equals(Tag.INT)) {
                return Long.parseLong(scalar.getValue());
            }
            if (scalar.getTag().equals(Tag.FLOAT)) {
                double value = Double.parseDouble(scalar.getValue());
                if (Double.isFinite(value)) {
                    return value;
                }
                throw noNumber(scalar);
            }
        } catch (NumberFormatException e) {
            throw noNumber(scalar);
        }
        if (scalar.getTag().equals(Tag.NULL)) {
            return null;
        }
        return scalar.getTag().equals(Tag.BOOL) ? (Object) bool() : scalar.getValue();
    }

    private RefusedException noNumber(ScalarNode scalar) {
        return complaint("%s is not a number that JSON can hold".formatted(Quoted.of(scalar.getValue())));
    }

    /** The values of a map by their keys, in the order of the file. */
    public Map<String, YamlNode> entries() throws RefusedException {
        var entries = new LinkedHashMap<String, YamlNode>();
        for (NodeTuple tuple : tuples()) {
            var key = new YamlNode(file, tuple.getKeyNode());
            if (entries.put(key.asWritten(), new YamlNode(file, tuple.getValueNode())) != null) {
                throw key.complaint("%s is there twice".formatted(Quoted.of(key.asWritten())));
            }
        }
        return entries;
    }

    private List<NodeTuple> tuples() throws RefusedException {
        if (!(node instanceof MappingNode mapping)) {
            throw complaint("must be a map of keys and values");
        }
        return mapping.getValue();
    }

    /** A key, which is a text even where it reads {@code null}. */
    private String asWritten() throws RefusedException {
        return node instanceof ScalarNode scalar ? scalar.getValue() : text();
    }

    /** The keys and values of a map of which only {@code known} keys are allowed. */
    public Fields fields(Set<String> known) throws RefusedException {
        Map<String, YamlNode> values = entries();
        var keys = new LinkedHashMap<String, YamlNode>();
        for (NodeTuple tuple : tuples()) {
            var key = new YamlNode(file, tuple.getKeyNode());
            if (!known.contains(key.asWritten())) {
                throw key.complaint("unknown key %s%s; known here: %s"
                        .formatted(
                                Quoted.of(key.asWritten()),
                                DidYouMean.suffix(key.asWritten(), known),
                                String.join(", ", known.stream().sorted().toList())));
            }
            keys.put(key.asWritten(), key);
        }
        return new Fields(this, keys, values);
    }

    /**
     * A map's keys and their values.
     *
     * @param keys the places of the keys themselves
     */
    public record Fields(YamlNode map, Map<String, YamlNode> keys, Map<String, YamlNode> values) {
        public boolean contains(String key) {
            return values.containsKey(key);
        }

        public YamlNode required(String key) throws RefusedException {
            YamlNode value = values.get(key);
            if (value == null) {
                throw map.complaint("'%s' is missing".formatted(key));
            }
            return value;
        }

        public Optional<YamlNode> optional(String key) {
            return Optional.ofNullable(values.get(key));
        }

        /** A complaint of a key that is there, with the line of the key. */
        public RefusedException complaint(String key, String text) {
            return keys.getOrDefault(key, map).complaint(text);
        }
    }
}
