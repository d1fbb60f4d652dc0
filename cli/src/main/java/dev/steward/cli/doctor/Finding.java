// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something weak.
 *
 * @param what is wrong
 * @param where files, nodes, operators or addresses
 * @param todo what puts it right
 */
public record Finding(Weakness weakness, String what, List<String> where, String todo) {
    public Finding {
        where = List.copyOf(where);
    }

    static Finding of(Weakness weakness, String what, Object where, String todo) {
        return new Finding(weakness, what, List.of(where.toString()), todo);
    }

    public Level level() {
        return weakness.level();
    }

    public String id() {
        return weakness.id();
    }

    /** As a document of {@code --json}. */
    public Map<String, @Nullable Object> json() {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("level", level());
        json.put("id", id());
        json.put("what", what);
        json.put("where", where);
        json.put("todo", todo);
        return json;
    }
}
