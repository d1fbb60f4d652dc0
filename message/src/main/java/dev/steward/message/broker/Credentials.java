// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.broker;

import dev.steward.message.RefusedException;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.VerificationKey;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * With what a client logs in at the broker. Written as NATS's own {@code .creds} files, which every client of NATS takes.
 *
 * @param token the JSON web token that names the key; empty where nobody has issued one yet
 * @param key the private key, by which the client shows that the token is its own
 */
public record Credentials(Optional<String> token, Ed25519 key) {
    private static final Pattern TOKEN = block("NATS USER JWT", "[A-Za-z0-9_.-]{1,16000}");
    private static final Pattern SEED = block("USER NKEY SEED", "[A-Z2-7]{1,200}");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
    private static final int TOKEN_CHARS = 8_000;

    private static Pattern block(String name, String value) {
        return Pattern.compile("-----BEGIN %s-----\\s+(%s)\\s+-{3,}END %s-{3,}".formatted(name, value, name));
    }

    /** @throws RefusedException where {@code text} can't be a token */
    public static String checkToken(String text) throws RefusedException {
        if (text.length() > TOKEN_CHARS || !WORD.matcher(text).matches()) {
            throw new RefusedException("this is no JSON web token of NATS");
        }
        return text;
    }

    /** @throws RefusedException where a token is for another key; who has signed it is the broker's to judge */
    public static void checkOwner(String token, VerificationKey key) throws RefusedException {
        if (!Jwt.claims(token).text("sub").equals(Nkey.USER.text(key))) {
            throw new RefusedException("the token for the broker is for another key than this machine's");
        }
    }

    public Credentials with(String issued) {
        return new Credentials(Optional.of(issued), key);
    }

    /** The file's text. */
    public String text() {
        String first = token.map(each -> """
                -----BEGIN NATS USER JWT-----
                %s
                ------END NATS USER JWT------

                """.formatted(each)).orElse("");
        return first + """
                -----BEGIN USER NKEY SEED-----
                %s
                ------END USER NKEY SEED------
                """.formatted(Nkey.USER.seed(key));
    }

    /** @param name of the file, for messages */
    public static Credentials parse(String text, String name) throws RefusedException {
        Matcher seed = SEED.matcher(text);
        if (!seed.find()) {
            throw new RefusedException(name + " is damaged: it is no credentials file of NATS");
        }
        Matcher token = TOKEN.matcher(text);
        try {
            Ed25519 key = Nkey.USER.parseSeed(seed.group(1));
            return new Credentials(token.find() ? Optional.of(checkToken(token.group(1))) : Optional.empty(), key);
        } catch (RefusedException e) {
            throw new RefusedException("%s is damaged: %s".formatted(name, e.getMessage()));
        }
    }

    /** Without its secret. */
    @Override
    public String toString() {
        return Nkey.USER.text(key.key());
    }
}
