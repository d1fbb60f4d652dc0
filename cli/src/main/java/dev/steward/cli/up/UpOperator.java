// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.KeySource;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import java.util.function.Consumer;

/** Who orders in a data folder of {@code up}: made without a question where there is nobody yet. */
final class UpOperator {
    private UpOperator() {}

    static Identity of(OperatorFolder folder, Ids ids, Surroundings surroundings, Consumer<String> say) throws Failure {
        if (folder.exists()) {
            return folder.identity(surroundings);
        }
        String origin = folder.hasKey() ? "took the key that was there" : "made a key";
        Identity made = folder.create(name(), ids.newFleet(), new KeySource.Own(), surroundings);
        say.accept("%s for who orders here, %s, in %s".formatted(origin, made.name(), folder.whereKeyIs()));
        say.accept("  its fingerprint is %s; who has this key runs what they like on these nodes".formatted(made.id()));
        return made;
    }

    private static String name() {
        try {
            return OperatorList.checkName(System.getProperty("user.name", ""));
        } catch (RefusedException e) {
            return "operator"; // the system allows names that an operator may not have
        }
    }
}
