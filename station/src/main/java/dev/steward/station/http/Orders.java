// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.message.trust.Trust;
import dev.steward.station.core.Answer;
import dev.steward.station.core.ApiToken;
import dev.steward.station.core.LiveTokens;
import dev.steward.station.core.Token;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Where the API hands orders in. Answers once they are durable. */
public interface Orders {
    /** Whom the station takes for operators now. */
    Trust trust();

    /** @throws TimeoutException where the ledger does not answer in time; the list may yet be recorded */
    Answer operators(List<byte[]> documents) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the token may yet be recorded */
    Answer token(Token token) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the token may yet be revoked */
    Answer revokeToken(CommandId id) throws InterruptedException, TimeoutException;

    /** The bearer tokens that are good now, besides the station's own. */
    LiveTokens apiTokens();

    /** @throws TimeoutException where the ledger does not answer in time; the token may yet be recorded */
    Answer apiToken(ApiToken token) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the token may yet be revoked */
    Answer revokeApiToken(CommandId id) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the records may yet be kept */
    Answer nodeRecords(List<byte[]> documents) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the node may yet be unfrozen */
    Answer unfreeze(NodeName node) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the order may yet be recorded */
    Answer order(List<byte[]> documents) throws InterruptedException, TimeoutException;

    /** @throws TimeoutException where the ledger does not answer in time; the cancel may yet be recorded */
    Answer cancel(CommandId command, List<byte[]> documents) throws InterruptedException, TimeoutException;
}
