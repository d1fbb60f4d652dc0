// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.fuzz;

import dev.steward.message.Ack;
import dev.steward.message.Document;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.EnrolmentToken;
import dev.steward.message.ErrorEvent;
import dev.steward.message.Inquiry;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What travels in frames: each says the same when it is written anew and read again. */
final class Documents {
    private interface Decoder<T> {
        T decode(byte[] bytes) throws RefusedException;
    }

    private Documents() {}

    private static <T> T again(Decoder<T> decoder, byte[] encoded) {
        try {
            return decoder.decode(encoded);
        } catch (RefusedException e) {
            throw new AssertionError("written anew it is refused: " + e.getMessage(), e);
        }
    }

    /** What was signed are the very bytes that came. */
    static void signed(byte[] input) throws RefusedException {
        SignedDocument signed = SignedDocument.decode(input);
        byte[] document = signed.document();
        Promises.holds(
                Arrays.equals(document, Arrays.copyOfRange(input, input.length - document.length, input.length)),
                "the document is not the bytes that came");
        Promises.holds(!signed.signatures().isEmpty() && signed.signatures().size() <= Limits.SIGNATURES, "signatures");
        Promises.same(signed, again(SignedDocument::decode, signed.encode()));
        signed.read();
    }

    static void document(byte[] input) throws RefusedException {
        Document document = Document.decode(input);
        Promises.same(document, again(Document::decode, document.encode()));
    }

    static void ack(byte[] input) throws RefusedException {
        Ack ack = Ack.decode(input);
        // A reason is cut to its limit when it is read, and marked so.
        Ack once = again(Ack::decode, ack.encode());
        Promises.same(once, again(Ack::decode, once.encode()));
        Promises.same(ack.command(), once.command());
    }

    static void inquiry(byte[] input) throws RefusedException {
        Inquiry inquiry = Inquiry.decode(input);
        Promises.same(inquiry, again(Inquiry::decode, inquiry.encode()));
    }

    static void errorEvent(byte[] input) throws RefusedException {
        ErrorEvent event = ErrorEvent.decode(input);
        Promises.holds(
                event.text().length() <= Limits.REASON_CHARS + 1
                        && event.source().length() <= Limits.REASON_CHARS + 1,
                "a text is longer than its limit");
        var _ = again(ErrorEvent::decode, event.encode());
    }

    static void enrolmentToken(byte[] input) throws RefusedException {
        EnrolmentToken token = EnrolmentToken.parse(new String(input, StandardCharsets.UTF_8));
        EnrolmentToken again =
                again(bytes -> EnrolmentToken.parse(new String(bytes, StandardCharsets.UTF_8)), text(token));
        Promises.holds(token.text().equals(again.text()), "a token has another text");
    }

    private static byte[] text(EnrolmentToken token) {
        return token.text().getBytes(StandardCharsets.UTF_8);
    }

    static void enrolmentAnswer(byte[] input) throws RefusedException {
        EnrolmentAnswer answer = EnrolmentAnswer.decode(input);
        Promises.same(answer, again(EnrolmentAnswer::decode, answer.encode()));
    }
}
