// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.fuzz;

import dev.steward.message.json.JsonObject;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a parser is held to its word. */
public final class Promises {
    private static final int LONGEST_REFUSAL = 1_000_000;

    private Promises() {}

    public static void holds(boolean kept, String what) {
        if (!kept) {
            throw new AssertionError(what);
        }
    }

    /** A refusal goes into logs and to people, some of it by way of {@code SafeText}: it must not itself be a flood. */
    static void printable(String refusal) {
        holds(!refusal.isEmpty() && refusal.length() < LONGEST_REFUSAL, "a refusal that says nothing, or too much");
    }

    /** What was decoded, written and decoded again must say the same; times have no more than milliseconds there. */
    public static void same(@Nullable Object one, @Nullable Object other) {
        holds(isSame(one, other), "written anew it says something else:\n%s\n%s".formatted(one, other));
    }

    private static boolean isSame(@Nullable Object one, @Nullable Object other) {
        if (one == null || other == null) {
            return one == null && other == null;
        }
        return switch (one) {
            case byte[] bytes -> other instanceof byte[] others && Arrays.equals(bytes, others);
            case Instant time ->
                other instanceof Instant then
                        && time.truncatedTo(ChronoUnit.MILLIS).equals(then.truncatedTo(ChronoUnit.MILLIS));
            case Optional<?> present ->
                other instanceof Optional<?> then && isSame(present.orElse(null), then.orElse(null));
            case List<?> list -> other instanceof List<?> others && isSameList(list, others);
            case Map<?, ?> map ->
                other instanceof Map<?, ?> others
                        && isSameList(List.copyOf(map.keySet()), List.copyOf(others.keySet()))
                        && map.keySet().stream().allMatch(key -> isSame(map.get(key), others.get(key)));
            case JsonObject object ->
                other instanceof JsonObject then
                        && isSameList(List.copyOf(object.names()), List.copyOf(then.names()))
                        && object.names().stream().allMatch(name -> isSame(object.get(name), then.get(name)));
            case Record entry -> entry.getClass() == other.getClass() && isSameRecord(entry, other);
            default -> Objects.equals(one, other);
        };
    }

    private static boolean isSameList(List<?> list, List<?> others) {
        if (list.size() != others.size()) {
            return false;
        }
        for (int i = 0; i < list.size(); i++) {
            if (!isSame(list.get(i), others.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSameRecord(Object one, Object other) {
        try {
            for (RecordComponent component : one.getClass().getRecordComponents()) {
                var accessor = component.getAccessor();
                accessor.setAccessible(true);
                if (!isSame(accessor.invoke(one), accessor.invoke(other))) {
                    return false;
                }
            }
            return true;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
