// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.seal;

import dev.steward.message.FleetId;
import dev.steward.message.WireMessage;
import dev.steward.message.link.Link;
import dev.steward.message.signing.KeyId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One end's keys for the MACs of a link, a key for each direction. The MAC, HMAC-SHA-256 cut to {@value #MAC_BYTES} bytes,
 * stands in the header {@value #HEADER} and covers the subject, all headers of a frame and the body as it is sent. So it
 * is bound to both names, direction, sessions, conversation, lane, number and generation; the keys to the fleet, the
 * node's identity and both ends' link keys. Where it is asked to, it encrypts the body first, under keys for that alone,
 * and says so in the header {@value #ENCRYPTED}; subject and headers stay as they are. Immutable and thread-safe.
 */
public final class Seal {
    public static final String HEADER = "m";

    /** With the value "1": the body is encrypted. */
    public static final String ENCRYPTED = "x";

    static final int MAC_BYTES = 16;

    /** The headers of a frame, in the order in which the MAC covers them; others are no part of it. */
    public static final String COVERED = "vfgstclnizx";

    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    // Never used themselves: each MAC is made by a copy, which has the key in it already.
    private final Mac sending;
    private final Mac receiving;
    private final BodyCipher encrypting;
    private final BodyCipher decrypting;

    private Seal(Keys sending, Keys receiving) {
        this.sending = sending.mac();
        this.receiving = receiving.mac();
        this.encrypting = sending.cipher();
        this.decrypting = receiving.cipher();
    }

    /** Of one direction. */
    private record Keys(Mac mac, BodyCipher cipher) {}

    /**
     * Derives the keys by X25519 and HKDF; about a millisecond.
     *
     * @param node the identity of the node, whichever end this is
     */
    public static Seal of(FleetId fleet, KeyId node, Link.End end, LinkKeyPair own, LinkKey peer) {
        byte[] secret = own.secretWith(peer);
        boolean atNode = end == Link.End.NODE;
        LinkKey ofNode = atNode ? own.key() : peer;
        LinkKey ofStation = atNode ? peer : own.key();
        Keys toNode = derive(secret, fleet, "to the node " + node, ofNode, ofStation);
        Keys toStation = derive(secret, fleet, "to the station from " + node, ofNode, ofStation);
        return atNode ? new Seal(toStation, toNode) : new Seal(toNode, toStation);
    }

    /** The message with its MAC. */
    public WireMessage seal(WireMessage message) {
        var headers = new LinkedHashMap<>(message.headers());
        headers.put(HEADER, Base64.getEncoder().withoutPadding().encodeToString(mac(sending, message)));
        return new WireMessage(message.subject(), headers, message.body());
    }

    /** The message with an encrypted body, where it has one, and its MAC. */
    public WireMessage encrypted(WireMessage message) {
        var headers = new LinkedHashMap<>(message.headers());
        headers.put(ENCRYPTED, "1");
        return seal(new WireMessage(message.subject(), headers, encrypting.encrypt(message.body())));
    }

    /**
     * Checks that the other end has sent this; takes as long whatever is wrong with the MAC.
     *
     * @return the message as it was before it was sealed, with its body in plain
     */
    public WireMessage open(WireMessage message) throws ForgedException {
        check(message);
        if (!message.headers().containsKey(ENCRYPTED)) {
            return message;
        }
        var headers = new LinkedHashMap<>(message.headers());
        headers.remove(ENCRYPTED);
        return new WireMessage(message.subject(), headers, decrypting.decrypt(message.body()));
    }

    private void check(WireMessage message) throws ForgedException {
        String text = message.headers().get(HEADER);
        if (text == null) {
            throw new ForgedException(ForgedException.Kind.NO_MAC);
        }
        byte[] given;
        try {
            given = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new ForgedException(ForgedException.Kind.WRONG_MAC);
        }
        if (!MessageDigest.isEqual(given, mac(receiving, message))) {
            throw new ForgedException(ForgedException.Kind.WRONG_MAC);
        }
    }

    private static byte[] mac(Mac keyed, WireMessage message) {
        Mac mac = copy(keyed);
        add(mac, message.subject());
        Map<String, String> headers = message.headers();
        for (int i = 0; i < COVERED.length(); i++) {
            String name = COVERED.substring(i, i + 1);
            String value = headers.get(name);
            if (value != null) {
                mac.update((byte) name.charAt(0));
                add(mac, value);
            }
        }
        mac.update((byte) 0);
        mac.update(message.body());
        return Arrays.copyOf(mac.doFinal(), MAC_BYTES);
    }

    private static void add(Mac mac, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        mac.update(bytes);
    }

    private static Keys derive(byte[] secret, FleetId fleet, String direction, LinkKey node, LinkKey station) {
        byte[] macKey = derive(secret, fleet, direction.getBytes(StandardCharsets.UTF_8), node, station);
        byte[] bodyKey = derive(secret, fleet, ("body " + direction).getBytes(StandardCharsets.UTF_8), node, station);
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(macKey, ALGORITHM));
            return new Keys(mac, new BodyCipher(bodyKey));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK of this version has " + ALGORITHM, e);
        }
    }

    private static byte[] derive(byte[] secret, FleetId fleet, byte[] label, LinkKey node, LinkKey station) {
        byte[] info = ByteBuffer.allocate(label.length + 2 * LinkKey.BYTES)
                .put(label)
                .put(node.bytes())
                .put(station.bytes())
                .array();
        byte[] salt = ("steward link 1 " + fleet).getBytes(StandardCharsets.UTF_8);
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(secret)
                            .addSalt(salt)
                            .thenExpand(info, KEY_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK of this version has HKDF", e);
        }
    }

    private static Mac copy(Mac keyed) {
        try {
            return (Mac) keyed.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's own MACs can be copied", e);
        }
    }
}
