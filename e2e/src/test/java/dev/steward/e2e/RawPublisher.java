// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import dev.steward.message.WireMessage;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A NATS client that checks nothing of what it publishes. */
final class RawPublisher implements AutoCloseable {
    private final Socket socket;
    private final OutputStream out;
    private final InputStream in;
    private long writtenBytes;

    RawPublisher(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(60_000);
        out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
        in = new BufferedInputStream(socket.getInputStream());
        write("CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true}\r\n");
        flush();
    }

    void publish(WireMessage message) throws IOException {
        var block = new StringBuilder("NATS/1.0\r\n");
        for (Map.Entry<String, String> header : message.headers().entrySet()) {
            block.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        publish(message.subject(), block.append("\r\n").toString(), message.body());
    }

    void publish(String subject, String headerBlock, byte[] body) throws IOException {
        byte[] block = headerBlock.getBytes(StandardCharsets.UTF_8);
        write("HPUB %s %d %d\r\n".formatted(subject, block.length, block.length + body.length));
        out.write(block);
        out.write(body);
        writtenBytes += block.length + body.length;
        write("\r\n");
    }

    /** Of header blocks and bodies, since the start. */
    long writtenBytes() {
        return writtenBytes;
    }

    /** Returns when the broker has taken everything. */
    void flush() throws IOException {
        write("PING\r\n");
        out.flush();
        String line = line();
        while (!line.equals("PONG")) {
            if (line.startsWith("-ERR")) {
                throw new IOException("the broker says " + line);
            }
            line = line();
        }
    }

    @Override
    public void close() throws IOException {
        flush();
        socket.close();
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the broker has closed the connection after: " + line);
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
