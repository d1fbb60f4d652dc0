// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.trust.Trust;
import dev.steward.station.core.Answer;
import dev.steward.station.core.ApiToken;
import dev.steward.station.core.AuditAction;
import dev.steward.station.core.HeldId;
import dev.steward.station.core.LiveTokens;
import dev.steward.station.core.Token;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Where the API hands orders in, with the name of the credential that came with them. Answers once they are durable. */
public interface Orders {
    /** Whom the station takes for operators now. */
    Trust trust();

    /** @throws TimeoutException where the ledger does not answer in time; the list may yet be recorded */
    Answer operators(String via, List<byte[]> documents) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the token may yet be recorded */
    Answer token(String via, Token token) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the token may yet be revoked */
    Answer revokeToken(String via, CommandId id) throws InterruptedException, TimeoutException;

    /** The bearer tokens that are good now, besides the station's own. */
    LiveTokens apiTokens();

    /** @throws TimeoutException where the ledger does not answer in time; the token may yet be recorded */
    Answer apiToken(String via, ApiToken token) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the token may yet be revoked */
    Answer revokeApiToken(String via, CommandId id) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the records may yet be kept */
    Answer nodeRecords(String via, List<byte[]> documents) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the node may yet be unfrozen */
    Answer unfreeze(String via, NodeName node) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the order may yet be recorded */
    Answer order(String via, List<byte[]> documents) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the signatures may yet be recorded */
    Answer sign(String via, CommandId command, List<byte[]> documents) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the signature may yet be recorded */
    Answer signHeld(String via, HeldId id, List<byte[]> documents) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; it may yet be turned down */
    Answer turnDown(String via, HeldId id, List<byte[]> documents) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; nobody is let in whose entry may be missing */
    Answer login(String via, String text) throws InterruptedException, TimeoutException;

    /** Has something noted in the audit log, soon; where the ledger does not work it is in the station's own log. */
    void note(AuditAction action, Who who, String text) throws InterruptedException;

    /** @throws TimeoutException where the ledger does not answer in time; the cancel may yet be recorded */
    Answer cancel(String via, CommandId command, List<byte[]> documents) throws InterruptedException, TimeoutException;
}
