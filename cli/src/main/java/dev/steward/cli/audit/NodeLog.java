// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.audit;

import dev.steward.cli.api.AuditInfo;
import dev.steward.message.RefusedException;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.text.SafeText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node has put out of the audit log that it keeps itself: to be checked.
 *
 * @param base what it begins behind: older entries are gone, or were not asked for
 * @param end the number of the log's last entry at that moment; the command may not have had room for all
 */
public record NodeLog(AuditMark base, String node, long end, List<AuditInfo> entries) {
    public static NodeLog read(byte[] output) throws RefusedException {
        List<String> lines = new String(output, StandardCharsets.UTF_8).lines().toList();
        if (lines.isEmpty()) {
            throw new RefusedException("there is nothing in it");
        }
        JsonObject first = Json.object(bytes(lines.getFirst()), AuditInfo.LINE_BYTES);
        first.onlyKnown(java.util.Set.of("base", "node", "end"));
        var entries = new ArrayList<AuditInfo>();
        for (int line = 1; line < lines.size(); line++) {
            try {
                entries.add(AuditInfo.from(Json.object(bytes(lines.get(line)), AuditInfo.LINE_BYTES)));
            } catch (RefusedException e) {
                throw new RefusedException("line %d: %s".formatted(line + 1, e.getMessage()));
            }
        }
        return new NodeLog(
                AuditMark.from(first.object("base")),
                first.text("node"),
                first.integer("end", 0, Long.MAX_VALUE),
                entries);
    }

    /** The last entry that it shows. */
    public long last() {
        return entries.isEmpty() ? base.number() : entries.getLast().number();
    }

    /** With what comes behind it, by a later command. */
    public NodeLog with(NodeLog next) throws RefusedException {
        if (next.entries.isEmpty() || next.base.number() != last()) {
            throw new RefusedException("behind entry %d comes what begins behind %d: it was cut meanwhile; ask again"
                    .formatted(last(), next.base.number()));
        }
        var both = new ArrayList<>(entries);
        both.addAll(next.entries);
        return new NodeLog(base, node, end, both);
    }

    /** As lines of a file. */
    public List<String> lines() {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("base", base.json());
        json.put("node", node);
        json.put("end", end);
        var lines = new ArrayList<String>();
        lines.add(Json.text(json));
        entries.forEach(each -> lines.add(SafeText.line(each.line())));
        return lines;
    }

    private static byte[] bytes(String line) {
        return line.getBytes(StandardCharsets.UTF_8);
    }
}
