// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import java.nio.charset.StandardCharsets;

/**
 * What small bodies have in common, for {@link Compression}. Both ends must hold the very same bytes: a change is another
 * method, with another name. What occurs most often stands last, where it is the shortest to point at.
 */
final class Dictionary {
    static final byte[] BYTES = """
            {"nonce":,"echo":,"answer":true,"leaving":false,"clock":"2026-01-01T00:00:00.000Z","heartbeatMs":30000,"lanes":{"c":\
            {"sent":0,"seen":0,"window":262144},"r":{"sent":0,"seen":0,"window":262144}},"factsDigest":"","knownDigest":"\
            {"command":"019a","type":"output","attempt":1,"output":[{"stream":"stderr","offset":0,"bytes":"state":"timed-out",\
            "reason":"timed out after "state":"failed","attempt":1,"exitCode":1,\
            {"recorded":{"c":{"number":1,"window":262144},"r":{"number":1,"window":262144}}}\
            {"signatures":[{"key":"SHA256:","signature":""}]}
            {"format":1,"type":"command","id":"01a2","fleet":"0","part":1,"parts":1,"issuer":"SHA256:",\
            "issuedAt":"2026-01-01T00:00:00.000Z","targets":["ship1"],"method":"shellcommand","domain":"operatingsystem",\
            "arguments":{"shell":"command":["echo"]},"startBefore":"2026-01-01T00:00:00.000Z","timeoutMs":60000,"repeatable":false}\
            {"command":"019a","type":"started","attempt":1,"startedAt":"2026-01-01T00:00:00.000Z"}
            {"command":"019a","type":"finished","state":"succeeded","attempt":1,"exitCode":0,"startedAt":"2026-01-01T00:00:00.000Z",\
            "finishedAt":"2026-01-01T00:00:00.000Z","durationMs":1,"stdoutBytes":1,"stderrBytes":0,"keptBytes":1,"output":[{\
            "stream":"stdout","offset":0,"bytes":1}]}
            """.getBytes(StandardCharsets.UTF_8);

    private Dictionary() {}
}
