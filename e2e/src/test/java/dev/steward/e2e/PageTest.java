// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import dev.steward.message.CommandId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as an operator sees it, in a real browser, over a broker, a station and agents that are real processes. */
class PageTest {
    private static final int PATIENCE_MS = 40_000;
    private static final Pattern LOST_CONNECTION = Pattern.compile(
            "ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING" + "|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE");

    @TempDir
    static Path folder;

    private static Installation installation = new Installation(Path.of(""));
    private static Browser browser;

    private Page page;

    @BeforeAll
    static void start() throws Exception {
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
        installation = new Installation(folder);
        installation.startBroker();
        installation.startStation();
        for (String ship : new String[] {"ship1", "ship2", "ship3"}) {
            installation.startAgent(ship, "--label", "region=north");
        }
        for (String ship : new String[] {"ship1", "ship2", "ship3"}) {
            installation.awaitReachable(ship, true);
        }
        browser = new Browser();
    }

    @AfterAll
    static void stop() throws Exception {
        browser.close();
        installation.close();
    }

    @BeforeEach
    void open() throws Exception {
        browser.complaints().clear();
        page = browser.page(1280, 800);
        page.setDefaultTimeout(PATIENCE_MS);
        page.navigate(link());
        assertThat(page.locator(".connection")).containsText("live");
    }

    @AfterEach
    void close() {
        page.context().close();
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void aOneTimeLinkOpensTheFleetAndStaysInNoAddress() throws Exception {
        assertThat(page.url()).doesNotContain("link");
        Locator filter = page.getByRole(AriaRole.SEARCHBOX);
        filter.fill("ship");
        assertThat(page.locator(".fleet .rows .row")).hasCount(3);
        assertThat(page.locator(".fleet")).containsText("ship1");
        assertThat(row("ship2")).containsText("reachable");
        assertThat(row("ship2")).containsText("region=north");
        page.reload();
        assertThat(page.locator(".fleet .rows .row")).hasCount(3);

        filter.fill("ship3");
        assertThat(page.locator(".fleet .rows .row")).hasCount(1);
        assertThat(page.url()).contains("q=ship3");
    }

    @Test
    void aUsedLinkIsRefusedWithWords() throws Exception {
        String link = link();
        page.navigate("about:blank");
        page.navigate(link);
        assertThat(page.locator(".connection")).containsText("live");

        try (var other = browser.page(1280, 800).context()) {
            Page stranger = other.pages().getFirst();
            stranger.navigate(link);
            assertThat(stranger.locator("main")).containsText("this link was used before");
            assertThat(stranger.locator("main")).containsText("Run steward page in a terminal");
            stranger.navigate(installation.url() + "/#/commands");
            stranger.reload();
            assertThat(stranger.locator("main")).containsText("Run steward page in a terminal");
            assertThat(stranger.locator(".row")).hasCount(0);
        }
        browser.complaints().removeIf(each -> each.contains("401")); // Chromium's own word of each refused request
    }

    @Test
    void aCommandOrderedMeanwhileAppearsLiveWithItsResultsGrouped() throws Exception {
        page.getByRole(AriaRole.LINK, named("Commands")).click();
        page.evaluate("window.notReloaded = true");

        Machine.Result run = Machine.cli(installation.environment(), "run", "--on", "ship*", "--", "uname", "-a");
        assertThat(run.exit()).as(run.err()).isZero();
        Locator command = page.getByRole(AriaRole.LINK, named("uname -a"));
        command.click();

        Locator group = page.locator(".group");
        assertThat(group).hasCount(1);
        assertThat(group.locator("h3")).hasText("ship[1-3]");
        assertThat(group).containsText("✓ succeeded");
        assertThat(group.locator("pre")).containsText("Linux");
        assertThat(group.locator(".executions .rows .row")).hasCount(3);
        assertThat(page.locator("p.counts")).containsText("3");
        assertThat(page.evaluate("window.notReloaded")).isEqualTo(true);
    }

    @Test
    void aStationWithoutItsBrokerSaysSoAboveEveryView() throws Exception {
        installation.kill("broker");
        Locator trouble = page.getByRole(AriaRole.ALERT);
        assertThat(trouble).containsText("no connection to its broker");
        page.getByRole(AriaRole.LINK, named("Commands")).click();
        assertThat(trouble).containsText("no connection to its broker");

        installation.startBroker();
        assertThat(trouble).hasCount(0);
        for (String ship : new String[] {"ship1", "ship2", "ship3"}) {
            installation.awaitReachable(ship, true);
        }
    }

    @Test
    void outputStreamsInWhileACommandRuns() throws Exception {
        Path gate = folder.resolve("gate");
        CommandId id = installation.order(
                "echo first; echo trouble >&2; while [ ! -e %s ]; do sleep 0.05; done; echo second; exit 3"
                        .formatted(gate),
                false,
                "ship1");
        page.navigate(installation.url() + "/#/commands/" + id);

        assertThat(page.locator(".stdout pre")).hasText("first\n", exactly());
        assertThat(page.locator(".stderr pre")).hasText("trouble\n", exactly());
        assertThat(page.locator(".group")).containsText("▶ running");
        assertThat(page.locator(".group .executions")).containsText("so far");
        Files.createFile(gate);
        assertThat(page.locator(".stdout pre")).hasText("first\nsecond\n", exactly());
        assertThat(page.locator(".group")).containsText("✗ failed, exit 3");
        assertThat(page.locator(".group .ran")).not().containsText("so far");
    }

    @Test
    void aKilledAgentIsShownUnreachableWithTheAgeOfItsLastWord() throws Exception {
        installation.startAgentAndWait("tug1");
        assertThat(row("tug1")).containsText("✓ reachable");

        installation.kill("tug1");

        assertThat(row("tug1")).containsText("✗ unreachable");
        assertThat(row("tug1").locator(".age")).hasText(Pattern.compile("\\d+ s ago"));
        assertThat(page.locator(".fleet .rows .row").first()).containsText("tug1");
        page.getByRole(AriaRole.BUTTON, named("unreachable")).first().click();
        assertThat(page.locator(".fleet .rows .row")).hasCount(1);
    }

    @Test
    void hostileOutputStaysText() throws Exception {
        Path script = folder.resolve("hostile");
        Files.writeString(script, """
                <img src=x onerror=alert(1)><script>alert(2)</script>
                \u001b]0;owned\u0007\u001b[2Jcleared \u202egnp.exe\u2066 nul:\0 tail
                </pre></body><b>bold</b> ${7*7} &lt; é 😀
                """);
        CommandId id =
                installation.order("cat " + script + "; printf '\\303'; sleep 0.3; printf '\\251 end'", false, "ship1");
        page.navigate(installation.url() + "/#/commands/" + id);

        Locator output = page.locator(".stdout pre");
        assertThat(output).containsText("<img src=x onerror=alert(1)><script>alert(2)</script>");
        assertThat(output).containsText("␛]0;owned␇␛[2Jcleared ⟨U+202E⟩gnp.exe⟨U+2066⟩ nul:␀ tail");
        assertThat(output).containsText("</pre></body><b>bold</b> ${7*7} &lt; é 😀");
        assertThat(output).containsText("é end"); // a character in two pieces
        assertThat(page.locator("main img, main script, main b:has-text('bold')"))
                .hasCount(0);
        assertThat(page.title()).doesNotContain("owned");

        installation.order("true '<img src=x onerror=alert(3)>\u202e'", false, "ship1");
        page.navigate(installation.url() + "/#/commands");
        assertThat(page.locator(".commands")).containsText("true '<img src=x onerror=alert(3)>⟨U+202E⟩'");
    }

    @Test
    void muchOutputIsLeftOutHonestlyAndIsThereAsAFile() throws Exception {
        CommandId id = installation.order("yes '<b>0123456789</b>' | head -c 300000", false, "ship2");
        page.navigate(installation.url() + "/#/commands/" + id);

        assertThat(page.locator("figcaption")).containsText("are left out here");
        assertThat((int) page.locator("pre").evaluate("pre => pre.textContent.length"))
                .isBetween(200_000, 262_144);
        Download download = page.waitForDownload(
                () -> page.getByText("stdout", exact()).last().click());
        assertThat(download.suggestedFilename()).isEqualTo("ship2-stdout");
        assertThat(Files.size(download.path())).isEqualTo(300_000);
        assertThat(Files.readString(download.path(), StandardCharsets.UTF_8)).startsWith("<b>0123456789</b>\n<b>");
    }

    @Test
    void whatTheNodeCutIsCounted() throws Exception {
        CommandId id = installation.order("yes | head -c 500000", false, "ship2");
        page.navigate(installation.url() + "/#/commands/" + id);

        assertThat(page.locator("pre")).containsText("cut out at the node");
        assertThat(page.locator(".group > .note")).containsText("of output were cut out at the node");
    }

    @Test
    void aStationThatIsKilledAndStartedAgainIsFoundAgainInTheSameSession() throws Exception {
        CommandId id = installation.order("echo before", false, "ship1");
        page.navigate(installation.url() + "/#/commands/" + id);
        assertThat(page.locator(".group")).containsText("✓ succeeded");

        installation.kill("station");
        assertThat(page.locator(".connection")).containsText("not connected since");
        installation.startStation();
        assertThat(page.locator(".connection")).hasText(Pattern.compile("live"));

        page.getByRole(AriaRole.LINK, named("Commands")).first().click();
        installation.awaitReachable("ship1", true);
        CommandId next = installation.order("echo after", false, "ship1");
        page.getByRole(AriaRole.LINK, named("echo after")).click();
        assertThat(page).hasURL(installation.url() + "/#/commands/" + next);
        assertThat(page.locator(".group")).containsText("✓ succeeded");
        browser.complaints().removeIf(each -> LOST_CONNECTION.matcher(each).find());
    }

    @Test
    void nothingIsWiderThanANarrowWindow() throws Exception {
        CommandId id = installation.order(
                "printf '%0500d' 7; echo a-rather-long-word-" + "x".repeat(300), false, "ship1", "ship2");
        page.setViewportSize(360, 640);
        for (String view : new String[] {"", "commands", "commands/" + id}) {
            page.navigate(installation.url() + "/#/" + view);
            page.locator(".row").first().waitFor();
            assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
                    .as("width of /" + view)
                    .isLessThanOrEqualTo(360);
        }
    }

    private Locator row(String node) {
        return page.locator(".fleet .rows .row", new Page.LocatorOptions().setHasText(node));
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name);
    }

    private static Page.GetByTextOptions exact() {
        return new Page.GetByTextOptions().setExact(true);
    }

    private static LocatorAssertions.HasTextOptions exactly() {
        return new LocatorAssertions.HasTextOptions().setUseInnerText(true);
    }

    private static String link() throws Exception {
        Machine.Result result = Machine.cli(installation.environment(), "page");
        assertThat(result.exit()).as(result.err()).isZero();
        return result.out().strip();
    }
}
