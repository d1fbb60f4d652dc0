// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.facts;

import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Digest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a node tells of itself. Only what seldom changes, because facts travel whenever their digest does: no free
 * space, no load. What is not known is null; nothing here throws.
 */
public final class Facts {
    private static final HexFormat HEX = HexFormat.of();

    private Facts() {}

    /**
     * Reads them anew, in a few milliseconds.
     *
     * @param version of the agent
     */
    public static JsonObject collect(Map<String, String> labels, String version) {
        var facts = new LinkedHashMap<String, @Nullable Object>();
        facts.put("os", osName());
        facts.put("architecture", System.getProperty("os.arch"));
        facts.put("kernel", System.getProperty("os.version"));
        facts.put("hostname", SystemFiles.line("/proc/sys/kernel/hostname"));
        facts.put("cpus", (long) cpus());
        facts.put("memoryBytes", memoryBytes());
        facts.put("disks", Disks.list());
        facts.put("addresses", Addresses.list());
        facts.put("version", version);
        facts.put("bootId", SystemFiles.line("/proc/sys/kernel/random/boot_id"));
        facts.put("labels", JsonObject.of(new TreeMap<>(labels)));
        return JsonObject.of(facts);
    }

    /** A short fingerprint: the first 16 hex digits of the SHA-256 of the encoded facts. */
    public static String digest(JsonObject facts) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        facts.names().forEach(name -> fields.put(name, facts.get(name)));
        return HEX.formatHex(Arrays.copyOf(Digest.SHA_256.of(Json.bytes(fields)), 8));
    }

    private static @Nullable String osName() {
        List<String> lines = SystemFiles.lines("/etc/os-release");
        // The first is a link to the second, but not in every image; see os-release(5).
        for (String line : lines.isEmpty() ? SystemFiles.lines("/usr/lib/os-release") : lines) {
            if (line.startsWith("PRETTY_NAME=")) {
                String name = line.substring("PRETTY_NAME=".length()).strip();
                boolean quoted = name.length() > 1 && "\"'".indexOf(name.charAt(0)) >= 0;
                return quoted ? name.substring(1, name.length() - 1) : name;
            }
        }
        return null;
    }

    /** Of the machine: the JVM's own count may be a quota of its service. */
    private static int cpus() {
        String online = SystemFiles.line("/sys/devices/system/cpu/online");
        if (online == null || !online.matches("\\d+(-\\d+)?(,\\d+(-\\d+)?)*")) {
            return Runtime.getRuntime().availableProcessors();
        }
        int sum = 0;
        for (String range : online.split(",", -1)) {
            int dash = range.indexOf('-');
            sum += dash < 0
                    ? 1
                    : Integer.parseInt(range, dash + 1, range.length(), 10) - Integer.parseInt(range, 0, dash, 10) + 1;
        }
        return sum;
    }

    private static @Nullable Long memoryBytes() {
        for (String line : SystemFiles.lines("/proc/meminfo")) {
            if (line.startsWith("MemTotal:") && line.endsWith(" kB")) {
                return Long.parseLong(line.substring("MemTotal:".length(), line.length() - 3)
                                .strip())
                        * 1024;
            }
        }
        return null;
    }
}
