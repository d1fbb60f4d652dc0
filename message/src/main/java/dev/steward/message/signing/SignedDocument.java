// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

import dev.steward.message.Document;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A document's exact bytes and who has signed them. It travels as one text: a line of JSON with the signatures, then the
 * document. Everyone on the way passes those bytes on as they are; who may order what is judged by the node that
 * receives them.
 *
 * @param document as it was signed
 * @param signatures 1 to {@link Limits#SIGNATURES}, no key twice
 */
public record SignedDocument(byte[] document, List<Signature> signatures) {
    /** So that a signature for steward is good for nothing else, and none for something else is good for steward. */
    public static final String NAMESPACE = "document@steward.dev";

    /** @param bytes {@value Signatures#BYTES} of them */
    public record Signature(KeyId key, byte[] bytes) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Signature that && key.equals(that.key) && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return 31 * key.hashCode() + Arrays.hashCode(bytes);
        }
    }

    public SignedDocument {
        signatures = List.copyOf(signatures);
    }

    /** @param signers in order; the first one is the issuer */
    public static SignedDocument sign(Document document, Signer... signers) throws SigningException {
        byte[] bytes = document.encode();
        byte[] text = toBeSigned(bytes);
        var signatures = new ArrayList<Signature>();
        for (Signer signer : signers) {
            signatures.add(new Signature(signer.key().id(), signer.sign(text)));
        }
        return new SignedDocument(bytes, signatures);
    }

    /** Whether one of the signatures is by this key and holds. */
    public boolean isSignedBy(VerificationKey key, Signatures check) {
        return signatures.stream()
                .filter(signature -> signature.key.equals(key.id()))
                .anyMatch(signature -> check.isValid(key, toBeSigned(document), signature.bytes));
    }

    /** With the signatures of another copy of the same document behind its own; of two by one key its own stays. */
    public SignedDocument and(SignedDocument other) throws RefusedException {
        if (!Arrays.equals(document, other.document)) {
            throw new RefusedException("the document is another one than that which was signed");
        }
        var all = new LinkedHashMap<KeyId, Signature>();
        signatures.forEach(signature -> all.put(signature.key, signature));
        other.signatures.forEach(signature -> all.putIfAbsent(signature.key, signature));
        if (all.size() > Limits.SIGNATURES) {
            throw new RefusedException("a document has at most %d signatures".formatted(Limits.SIGNATURES));
        }
        return new SignedDocument(document, List.copyOf(all.values()));
    }

    /** With one more signature; what stands there under the same key goes. */
    public SignedDocument signedBy(Signer signer) throws SigningException, RefusedException {
        KeyId own = signer.key().id();
        List<Signature> others = signatures.stream()
                .filter(signature -> !signature.key.equals(own))
                .toList();
        var signature = new Signature(own, signer.sign(toBeSigned(document)));
        return new SignedDocument(document, others).and(new SignedDocument(document, List.of(signature)));
    }

    public Document read() throws RefusedException {
        return Document.decode(document);
    }

    /**
     * What is signed, as OpenSSH's {@code PROTOCOL.sshsig} has it, so that {@code ssh-keygen -Y verify} can check it and
     * no SSH server takes it for a login.
     */
    static byte[] toBeSigned(byte[] document) {
        return new SshBytes()
                .raw("SSHSIG".getBytes(StandardCharsets.US_ASCII))
                .string(NAMESPACE)
                .string("")
                .string("sha512")
                .string(Digest.SHA_512.of(document))
                .toByteArray();
    }

    public byte[] encode() {
        var list = new ArrayList<Map<String, String>>();
        for (Signature signature : signatures) {
            var json = new LinkedHashMap<String, String>();
            json.put("key", signature.key.toString());
            json.put("signature", text(signature.bytes));
            list.add(json);
        }
        byte[] head = Json.bytes(Map.of("signatures", list));
        byte[] whole = Arrays.copyOf(head, head.length + 1 + document.length);
        whole[head.length] = '\n';
        System.arraycopy(document, 0, whole, head.length + 1, document.length);
        return whole;
    }

    public static SignedDocument decode(byte[] bytes) throws RefusedException {
        if (bytes.length > Limits.SIGNED_DOCUMENT_BYTES) {
            throw new RefusedException("a signed document of %d bytes is larger than the limit of %d"
                    .formatted(bytes.length, Limits.SIGNED_DOCUMENT_BYTES));
        }
        int end = 0;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        if (end == bytes.length) {
            throw new RefusedException("the document is not signed: a line with signatures must stand before it");
        }
        JsonObject head = Json.object(Arrays.copyOf(bytes, end), Limits.SIGNED_DOCUMENT_BYTES);
        head.onlyKnown(Set.of("signatures"));
        var signatures = new ArrayList<Signature>();
        var keys = new HashSet<KeyId>();
        for (JsonObject each : head.objects("signatures", Limits.SIGNATURES)) {
            each.onlyKnown(Set.of("key", "signature"));
            var signature = new Signature(KeyId.parse(each.text("key")), base64(each.text("signature")));
            if (!keys.add(signature.key)) {
                throw new RefusedException("%s has signed twice".formatted(signature.key));
            }
            signatures.add(signature);
        }
        if (signatures.isEmpty()) {
            throw new RefusedException("the document is not signed: 'signatures' is empty");
        }
        return new SignedDocument(Arrays.copyOfRange(bytes, end + 1, bytes.length), signatures);
    }

    private static String text(byte[] signature) {
        return Base64.getEncoder().withoutPadding().encodeToString(signature);
    }

    private static byte[] base64(String text) throws RefusedException {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            // The decoder passes over the spare bits of the last character; a signature has one way to be written.
            if (bytes.length == Signatures.BYTES && text(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // refused below, as one of another length
        }
        throw new RefusedException(
                "a signature must be %d bytes in base64 without padding".formatted(Signatures.BYTES));
    }
}
