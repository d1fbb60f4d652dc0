// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.facts;

import dev.steward.message.json.JsonObject;
import java.io.File;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** File systems on block devices, and the root whatever it is on. Network mounts are never asked: they may hang. */
final class Disks {
    private static final int MAX = 20;
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-3][0-7]{2})");

    private Disks() {}

    /** Sorted by mount point; of several mounts of a device the first. */
    static List<JsonObject> list() {
        return list(SystemFiles.lines("/proc/self/mounts"));
    }

    static List<JsonObject> list(List<String> mounts) {
        var devices = new HashSet<String>();
        var sizes = new TreeMap<String, Long>();
        for (String line : mounts) {
            String[] fields = line.split(" ", -1);
            if (fields.length < 3 || !isDisk(fields[0], fields[1]) || !devices.add(fields[0])) {
                continue;
            }
            String mount = unescape(fields[1]);
            long total = new File(mount).getTotalSpace();
            if (total > 0) {
                sizes.put(mount, total);
            }
        }
        var disks = new ArrayList<JsonObject>();
        sizes.forEach((mount, total) -> disks.add(disk(mount, total)));
        return disks.subList(0, Math.min(MAX, disks.size()));
    }

    private static JsonObject disk(String mount, long total) {
        return JsonObject.of(new TreeMap<>(Map.of("mount", mount, "totalBytes", total)));
    }

    private static boolean isDisk(String device, String mount) {
        // Loop devices are images of packages, which come and go.
        return mount.equals("/") || (device.startsWith("/dev/") && !device.startsWith("/dev/loop"));
    }

    /** Blanks and backslashes of a mount point are written in octal, see proc(5). */
    static String unescape(String text) {
        return OCTAL.matcher(text).replaceAll(Disks::character);
    }

    private static String character(MatchResult octal) {
        return Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(octal.group(1), 8)));
    }
}
