// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.Cookie;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders from the page, signed by a key that a real browser has made and keeps. */
class PageOrdersTest {
    private static final int PATIENCE_MS = 40_000;
    private static final Pattern PUBLIC_KEY = Pattern.compile("steward operator add (\\S+) '(ssh-ed25519 \\S+)'");

    private static final String DOCUMENTS = "**/api/v1/commands/*/documents";

    @TempDir
    static Path folder;

    private static Installation installation = new Installation(Path.of(""));
    private static Browser browser;
    private static Page page;

    @BeforeAll
    static void start() throws Exception {
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
        installation = new Installation(folder);
        for (Path each : List.of(
                folder.resolve("station"), installation.agentFolder("ship1"), installation.agentFolder("ship2"))) {
            rules(each);
        }
        installation.startBroker();
        installation.startStation();
        installation.startAgentAndWait("ship1");
        installation.startAgentAndWait("ship2");
        browser = new Browser();
        page = browser.page(1280, 900);
        page.setDefaultTimeout(PATIENCE_MS);
        page.navigate(link());
        register("anna-browser");
    }

    @AfterAll
    static void stop() throws Exception {
        browser.close();
        installation.close();
    }

    @AfterEach
    void nothingWasComplainedOf() {
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void whatIsSignedInTheBrowserRunsAtTheNodeToTheLetter() throws Exception {
        String shell = "printf '%s|' \"ü🚢 \\\"q\\\" \\\\ </script>\" $'\\u2028'\necho \"second line\"";

        run("ship1", shell);

        assertThat(page.locator(".group")).containsText("✓ succeeded");
        assertThat(page.locator(".stdout pre")).containsText("ü🚢 \"q\" \\ </script>");
        assertThat(page.locator(".stdout pre")).containsText("second line");
        assertThat(page.locator(".facts")).containsText("by anna-browser");
    }

    @Test
    void coloursOfATerminalAreClassesAndNothingIsHiddenByThem() {
        run("ship1", "printf '\\033[1;31mred\\033[0m plain \\033[30;40;8mseen\\033[38;5;1;32m green\\033[2J'");

        Locator output = page.locator(".stdout pre");
        assertThat(output).hasText("red plain seen green␛[2J");
        assertThat(output.locator(".ansi-red.ansi-bold")).hasText("red");
        assertThat(output.locator(".ansi-green")).hasText(" green␛[2J");
        assertThat(output.locator("[style]")).hasCount(0);
    }

    @Test
    void theKeyOutlivesTheTabAndCantBeCopiedOut() {
        page.navigate(installation.url() + "/#/key");
        page.reload();
        assertThat(page.locator("main")).containsText("The operator anna-browser orders with it");
        Object exported = page.evaluate("""
                async () => {
                  const opening = indexedDB.open('steward', 1);
                  const database = await new Promise(resolve => { opening.onsuccess = () => resolve(opening.result); });
                  const asked = database.transaction('key').objectStore('key').get('key');
                  const found = await new Promise(resolve => { asked.onsuccess = () => resolve(asked.result); });
                  database.close();
                  return crypto.subtle.exportKey('pkcs8', found.pair.privateKey).then(() => 'exported', e => e.name);
                }""");
        assertThat(exported).isEqualTo("InvalidAccessError");
    }

    @Test
    void aRunningCommandIsCanceled() {
        run("ship1", "sleep 300");
        assertThat(page.locator(".group")).containsText("running");

        button("Cancel…").click();
        assertThat(page.getByLabel("What is signed")).containsText("sleep 300");
        button("Cancel the command").click();

        assertThat(page.locator(".group")).containsText("canceled");
        assertThat(button("Cancel…")).hasCount(0);
    }

    @Test
    void whatLacksASignatureIsHeldAndSignedFromThePageAfterASightOfIt() throws Exception {
        Machine.Result ordered = Machine.cli(
                installation.environment(), "run", "--on", "ship1,ship2", "--detach", "--shell", "echo both; date");
        assertThat(ordered.exit()).as(ordered.err()).isZero();
        page.navigate(installation.url() + "/#/commands");
        page.getByRole(AriaRole.LINK, named("echo both; date")).first().click();
        assertThat(page.locator("main")).containsText("2 signatures are asked for, there is that of anna");

        button("Sign it, too…").click();
        Locator sight = page.getByLabel("What is signed");
        assertThat(sight).containsText("echo both; date");
        assertThat(sight).containsText("ship[1-2]");
        assertThat(sight).containsText("ordered by anna");
        sight.getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName("Sign").setExact(true))
                .click();

        assertThat(page.locator("p.counts")).containsText("✓ succeeded 2");
    }

    @Test
    void partsThatAreNotOfOneCommandAreNotSigned() throws Exception {
        Machine.Result ordered = Machine.cli(
                installation.environment(), "run", "--on", "ship1,ship2", "--detach", "--shell", "echo in parts");
        assertThat(ordered.exit()).as(ordered.err()).isZero();
        page.navigate(installation.url() + "/#/commands");
        page.getByRole(AriaRole.LINK, named("echo in parts")).first().click();

        assertThat(whenShown("\"parts\":1", "\"parts\":2")).containsText("not all there");
        assertThat(whenShown("\"fleet\":\"", "\"fleet\":\"other-")).containsText("it is for the fleet other-");
        assertThat(whenShownTwice("\"issuer\":\"SHA256:...", "\"issuer\":\"SHA256:AAA"))
                .containsText("do not say the same");
        whenShownTwice("", "");
        assertThat(page.getByLabel("What is signed")).containsText("echo in parts");
        page.unroute(DOCUMENTS);
    }

    /** What the page says to somebody who wants to sign, where the station shows a document with other words. */
    private static Locator whenShown(String pattern, String other) {
        return whenShown(document -> List.of(document.replaceFirst(pattern, other)));
    }

    /** As two parts, of which the second one has other words. */
    private static Locator whenShownTwice(String pattern, String other) {
        return whenShown(document -> {
            String part = document.replace("\"parts\":1", "\"parts\":2");
            return List.of(part, part.replace("\"part\":1", "\"part\":2").replaceFirst(pattern, other));
        });
    }

    private static Locator whenShown(Function<String, List<String>> change) {
        page.unroute(DOCUMENTS);
        page.route(
                DOCUMENTS,
                route -> route.fulfill(new Route.FulfillOptions()
                        .setContentType("application/json")
                        .setBody(Json.text(Map.of(
                                "documents", change.apply(document(route.fetch().body())))))));
        button("Sign it, too…").click();
        return page.locator("[role=alert]");
    }

    /** The first of the documents that the station shows. */
    private static String document(byte[] answer) {
        try {
            return Json.object(answer, 1 << 20).texts("documents", 9).getFirst();
        } catch (RefusedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatIsHeldIsTurnedDownFromThePage() {
        run("ship*", "echo never");
        assertThat(page.locator("main")).containsText("2 signatures are asked for, there is that of anna-browser");

        button("Turn it down…").click();
        button("Turn down").click();

        assertThat(page.locator(".group")).containsText("canceled");
    }

    @Test
    void aSessionThatWasLeftAloneAsksForAnotherLinkAndSendsWhatWasTyped() throws Exception {
        Cookie session = page.context().cookies().getFirst();
        page.context().addCookies(List.of(new Cookie(session.name, stale(session.value)).setUrl(installation.url())));

        fill("ship1", "echo still me");
        button("Sign and order").click();

        Locator dialog = page.getByRole(AriaRole.DIALOG);
        assertThat(dialog).containsText("Are you still you?");
        dialog.getByLabel("Link").fill("nonsense");
        button("Go on").click();
        assertThat(dialog.getByRole(AriaRole.ALERT)).containsText("does not know this link");
        dialog.getByLabel("Link").fill(link());
        button("Go on").click();

        assertThat(page.locator(".stdout pre")).containsText("still me");
        browser.complaints().removeIf(each -> each.contains("403") || each.contains("401"));
    }

    @Test
    void aWrongOrderIsRefusedBeforeItIsSigned() {
        page.navigate(installation.url() + "/#/run");
        page.getByLabel("On", new Page.GetByLabelOptions().setExact(true)).fill("ship9");
        page.getByLabel("Command, for a shell").fill("true");
        button("See what is signed").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("no node fits 'ship9'");
        page.getByLabel("On", new Page.GetByLabelOptions().setExact(true)).fill("ship1");
        page.getByLabel("May run", new Page.GetByLabelOptions().setExact(true)).fill("soon");
        button("See what is signed").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("'soon' is no time such as 90s");
    }

    @Test
    void aBrowserWithoutAKeyOnlyLooks() throws Exception {
        try (var context = browser.page(1280, 800).context()) {
            Page stranger = context.pages().getFirst();
            stranger.setDefaultTimeout(PATIENCE_MS);
            stranger.navigate(link());
            stranger.navigate(installation.url() + "/#/run");
            assertThat(stranger.locator("main")).containsText("this browser has no key");
        }
    }

    /** As the page says that it is done. */
    private static void register(String name) throws Exception {
        page.navigate(installation.url() + "/#/key");
        page.getByLabel("Name").fill(name);
        button("Make a key").click();
        Locator shown = page.getByLabel("Command");
        assertThat(shown).containsText("steward operator add " + name);
        Matcher command = PUBLIC_KEY.matcher(shown.innerText());
        assertThat(command.matches()).isTrue();
        Machine.Result added =
                Machine.cli(installation.environment(), "operator", "add", command.group(1), command.group(2));
        assertThat(added.exit()).as(added.err()).isZero();
        assertThat(added.out() + added.err())
                .contains(page.locator(".facts code").first().innerText());
        assertThat(page.locator("main")).containsText("The operator " + name + " orders with it");
    }

    private static void fill(String on, String shell) {
        page.navigate("about:blank"); // else a form that is open stays as it is
        page.navigate(installation.url() + "/#/run");
        page.getByLabel("On", new Page.GetByLabelOptions().setExact(true)).fill(on);
        page.getByLabel("Command, for a shell").fill(shell);
        button("See what is signed").click();
    }

    private static void run(String on, String shell) {
        fill(on, shell);
        button("Sign and order").click();
        page.waitForURL(url -> url.contains("#/commands/"));
    }

    /** The session's cookie as the station has signed it a while ago: the test has its key. */
    private static String stale(String cookie) throws Exception {
        byte[] bytes = Base64.getUrlDecoder().decode(cookie);
        ByteBuffer.wrap(bytes).putLong(24 + Long.BYTES, Instant.now().getEpochSecond() - 1);
        String key = Files.readString(folder.resolve("station").resolve("session.key"))
                .strip();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        int said = bytes.length - mac.getMacLength();
        System.arraycopy(mac.doFinal(Arrays.copyOf(bytes, said)), 0, bytes, said, mac.getMacLength());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static Locator button(String name) {
        return page.getByRole(AriaRole.BUTTON, named(name));
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name).setExact(true);
    }

    private static String link() throws Exception {
        Machine.Result result = Machine.cli(installation.environment(), "page");
        assertThat(result.exit()).as(result.err()).isZero();
        return result.out().strip();
    }

    /** One signature for one node, two for more. */
    private static void rules(Path each) throws Exception {
        Files.createDirectories(each);
        Files.writeString(each.resolve("trust.yaml"), """
                fleet: %s
                authorities:
                  anna: %s
                rules:
                  - allow: shellcommand
                    by: '*'
                    shell: true
                    nodes: 1
                  - allow: shellcommand
                    by: '*'
                    shell: true
                    signatures: 2
                """.formatted(TestOperator.FLEET, TestOperator.KEY.key()));
    }
}
