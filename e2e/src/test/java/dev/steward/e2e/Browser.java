// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** Debian's chromium, and everything that a page in it complains of. */
final class Browser implements AutoCloseable {
    private static final List<String> FLAGS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-default-apps",
            "--disable-sync",
            "--no-first-run");

    /** Makes violations of the policy known to {@link #complaints}. */
    private static final String LISTEN = """
            document.addEventListener('securitypolicyviolation',
              event => console.error('violation of ' + event.violatedDirective + ' by ' + event.blockedURI));
            """;

    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final Playwright playwright;
    private final com.microsoft.playwright.Browser browser;

    Browser() {
        this(List.of());
    }

    /** @param flags further ones for this browser alone */
    Browser(List<String> flags) {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium())
                        .setHeadless(true)
                        .setArgs(Stream.concat(FLAGS.stream(), flags.stream()).toList()));
    }

    /** A page in a profile of its own, without cookies. */
    Page page(int width, int height) {
        BrowserContext context = browser.newContext(
                new com.microsoft.playwright.Browser.NewContextOptions().setViewportSize(width, height));
        context.addInitScript(LISTEN);
        Page page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.type() + ": " + message.text() + " at " + message.location());
            }
        });
        page.onPageError(error -> complaints.add("uncaught: " + error));
        page.onDialog(dialog -> {
            complaints.add("dialog: " + dialog.message());
            dialog.dismiss();
        });
        return page;
    }

    /** Errors and warnings of the console, uncaught exceptions, violations of the policy, dialogs. */
    List<String> complaints() {
        return complaints;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }

    private static Path chromium() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, "chromium"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no chromium on the PATH; install the package chromium"));
    }
}
