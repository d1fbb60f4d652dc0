// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import static dev.steward.message.trust.TrustFixture.allowed;
import static dev.steward.message.trust.TrustFixture.command;
import static dev.steward.message.trust.TrustFixture.file;
import static dev.steward.message.trust.TrustFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObserveTest {
    private static final String RULES = "  - {profile: observe, by: '*'}\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "uname",
                "uname -a",
                "uname -sr",
                "uptime",
                "uptime -p",
                "hostname",
                "hostname -f",
                "date",
                "date -u",
                "date +%s",
                "date -u +%FT%TZ",
                "nproc",
                "df",
                "df -h",
                "df -hT",
                "df -i",
                "free -m",
                "lsblk",
                "lsblk -f",
                "lscpu",
                "ip a",
                "ip addr",
                "ip -br addr",
                "ip route",
                "ip r",
                "ip link show",
                "ip addr show dev eth0.7",
                "ss -tulpn",
                "ss -s",
                "systemctl status nginx",
                "systemctl status getty@tty1.service --no-pager",
                "systemctl is-active nginx",
                "systemctl list-units --failed --no-pager",
                "systemctl list-units",
                "systemctl list-units --type=service --state=running",
                "systemctl list-timers --all",
                "ps -e",
                "cat /etc/os-release",
                "mount",
                "true",
                "chronyc tracking",
            })
    void whatOnlyLooksIsAllowed(String line) throws Exception {
        allowed(file(RULES), command(line.split(" ", -1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "uname --help",
                "hostname evil",
                "hostname -F /etc/shadow",
                "hostname -b",
                "hostnamectl hostname evil",
                "hostnamectl set-hostname x",
                "hostnamectl -H evil status",
                "date -s now",
                "date -s",
                "date --set=now",
                "date 01010000",
                "date -f /etc/shadow",
                "date -r /etc/shadow",
                "date -u 01010000",
                "date + -s",
                "timedatectl set-time now",
                "df --sync",
                "df /root",
                "df --output=target",
                "free -s 1",
                "vmstat 1",
                "lsblk -o NAME /dev/sda",
                "lsblk --sysroot=/x",
                "mount -a",
                "mount /dev/sda /mnt",
                "mount -o remount,rw /",
                "findmnt -F /etc/shadow",
                "cat /etc/shadow",
                "cat /etc/os-release /etc/shadow",
                "cat",
                "cat -n /etc/os-release",
                "cat /proc/1/environ",
                "cat /proc/../etc/shadow",
                "ps -ef",
                "ps aux",
                "ps -e -o args",
                "ps eww",
                "ip -b /tmp/x",
                "ip -batch /tmp/x",
                "ip -a",
                "ip -force",
                "ip addr add 10.0.0.1/8 dev eth0",
                "ip a flush",
                "ip link set eth0 down",
                "ip link delete eth0",
                "ip netns exec x id",
                "ip vrf exec x id",
                "ip route del default",
                "ip route flush",
                "ip xfrm state",
                "ip addr show dev -x",
                "ip addr save",
                "ip addr showdump",
                "ip monitor",
                "ss -K",
                "ss -tK",
                "ss -D /tmp/x",
                "ss -F /etc/shadow",
                "ss -tD/tmp/x",
                "ss -N x",
                "ss -E",
                "ss --kill",
                "ss -A raw",
                "ss dst 1.1.1.1",
                "systemctl restart nginx",
                "systemctl status -H evil",
                "systemctl status --host=evil",
                "systemctl status nginx -H evil",
                "systemctl status nginx --root=/x",
                "systemctl status",
                "systemctl status /dev/sda",
                "systemctl status nginx sshd",
                "systemctl status *",
                "systemctl -H evil status nginx",
                "systemctl show nginx",
                "systemctl show-environment",
                "systemctl cat nginx",
                "systemctl edit nginx",
                "systemctl is-active -Mx",
                "systemctl list-units --root=/x",
                "systemctl list-units -Hevil",
                "systemctl list-units nginx",
                "systemctl list-jobs",
                "systemctl list-units --output=json",
                "systemctl kill nginx",
                "systemctl poweroff",
                "journalctl",
                "journalctl --vacuum-time=1s",
                "dmesg",
                "dmesg -C",
                "find / -exec id ;",
                "env",
                "printenv",
                "id root",
                "chronyc makestep",
                "chronyc -f /x tracking",
                "dpkg-query -f x -W",
                "dpkg -i x",
                "/bin/uname",
                "./uname",
                "sh -c uname",
                "busybox uname",
                "top",
                "less /etc/os-release",
                "awk 1",
                "true x",
                "who /etc/shadow",
                "lscpu -s /x",
                "id -u",
                "arch x",
                "nproc --all=1",
                "lsmod x",
                "uptime -c",
            })
    void whatCouldDoMoreIsRefused(String line) throws Exception {
        refused(file(RULES), command(line.split(" ", -1)), "no rule allows it; nearest is trust.yaml:5: ");
    }

    @Test
    void nothingThatIsHandedToACommandIsAllowed() throws Exception {
        TrustFile file = file(RULES);

        refused(file, command("uptime").shell("uptime"), "it allows no shell line");
        refused(file, command("uptime").with("stdin", "x"), "it allows no stdin");
        refused(file, command("uptime").with("workingDirectory", "/"), "it allows no working directory");
        refused(file, command("uptime").with("environment", Map.of("PATH", "/tmp")), "the variable 'PATH' is not");
        refused(file, command("uptime").method("cancel"), "no rule names bob for cancel.operatingsystem");
    }

    /** Whatever stands where a command takes a word of its caller: no path, no option of another kind, nothing empty. */
    @Test
    void noPatternOfItTakesAPathOrAStrangeWord() throws Exception {
        List<String> strange = List.of(
                "/etc/shadow",
                "../x",
                "a/b",
                "",
                " ",
                "-",
                "--",
                "-x/y",
                "--host=x",
                "--root=/",
                "-D",
                "--exec=id",
                "-exec",
                "*",
                "$(id)",
                "`id`",
                "a;b",
                "a|b",
                "a&b",
                "a>b",
                "a\nb",
                "+%s\n",
                "~",
                "a\\b",
                "'",
                "\"",
                "é",
                "-K",
                "-F");
        int patterns = 0;
        for (CommandPattern command : Observe.RULE.commands()) {
            var forms = new ArrayList<CommandPattern.Word>(command.words());
            command.rest().ifPresent(forms::add);
            for (int i = 0; i < forms.size(); i++) {
                if (!(forms.get(i) instanceof CommandPattern.Form form)) {
                    continue;
                }
                patterns++;
                for (String word : strange) {
                    assertThat(form.pattern().matches(word, new Steps()))
                            .as("%s takes '%s'", form.pattern(), word)
                            .isFalse();
                }
            }
        }

        assertThat(patterns).isGreaterThan(15);
    }

    @Test
    void itHoldsAsMuchAsAnyRuleWithItsConditions() throws Exception {
        TrustFile file = file("  - {profile: observe, by: [bob], nodes: 1, hours: '08:00-09:00'}\n");

        allowed(file, command("uptime").at("2026-11-23T08:30:00Z"));
        refused(file, command("uptime").nodes(2), "may name 2 nodes", "outside its hours");
        refused(file, command("uptime", "-x").at("2026-11-23T08:30:00Z"), "does not match '-[ps]' (profile observe:");
    }
}
