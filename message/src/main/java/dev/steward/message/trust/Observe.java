// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.RefusedException;
import dev.steward.message.yaml.YamlNode;
import java.util.List;
import java.util.Set;

/**
 * The profile {@code observe}: commands that change nothing, run nothing else and read no file that their caller
 * chooses. Nothing joins this list only for looking harmless; for each program the options were gone through one by one.
 */
final class Observe {
    /** As in a trust file; {@code docs/reference/trust.md} shows the same text. */
    static final String COMMANDS = """
            # The machine
            - [uname]
            - [uname, {match: '-[asnrvmpio]+'}]
            - [hostname]
            - [hostname, {match: '-[fsdiI]'}]         # not -F FILE, not a name to be set
            - [hostnamectl, status]
            - [uptime]
            - [uptime, {match: '-[ps]'}]
            - [date]
            - [date, -u]
            - [date, {match: '\\+[A-Za-z0-9%:/_., -]+'}]      # a format; never -s, nor a time to be set
            - [date, -u, {match: '\\+[A-Za-z0-9%:/_., -]+'}]
            - [timedatectl, status]
            - [nproc]
            - [arch]
            - [lscpu]
            - [id]
            - [whoami]
            - [who]
            - ['true']
            # Memory, disks, load
            - [free]
            - [free, {match: '-[bkmghtw]+'}]
            - [vmstat]
            - [df]
            - [df, {match: '-[ahHiklPT]+'}]            # not --sync
            - [lsblk]
            - [lsblk, {match: '-[abfJlmpt]+'}]
            - [findmnt]
            - [mount]                                  # without words it lists
            - [cat, /proc/loadavg]
            - [cat, /proc/meminfo]
            - [cat, /proc/cpuinfo]
            - [cat, /proc/mdstat]
            - [cat, /proc/uptime]
            - [cat, /proc/version]
            - [cat, /etc/os-release]
            - [lsmod]
            # Processes by name only: arguments and environment may hold secrets
            - [ps, -e]
            - [ps, -eo, 'pid,ppid,user,stat,etime,pcpu,pmem,rss,comm']
            # The network
            - [ip, {match: '-(4|6|s|br)'}, {match: 'a|addr|address|l|link|r|route|n|neigh'}]
            - [ip, {match: 'a|addr|address|l|link|r|route|n|neigh'}]
            - [ip, {match: 'addr|address|link|route|neigh'}, {match: 'show|list'}]
            - [ip, {match: 'addr|address|link|route|neigh'}, show, dev, {match: '[A-Za-z0-9][A-Za-z0-9._@-]*'}]
            - [ss]
            - [ss, {match: '-[tulpnaswxHmoe46]+'}]     # not -K (kills), -D and -F (files), -N (namespaces)
            # Services
            - [systemctl, is-system-running]
            - [systemctl, {match: 'is-active|is-enabled|is-failed'}, {match: '[A-Za-z0-9][A-Za-z0-9:_.@-]*'}]
            - [systemctl, status, {match: '[A-Za-z0-9][A-Za-z0-9:_.@-]*'}, {rest: '--(no-pager|full)'}]
            - [systemctl, {match: 'list-units|list-timers|list-sockets|list-unit-files'}, {rest: '--(all|failed|no-pager|no-legend|full|plain|(type|state)=[a-z,-]+)'}]
            - [chronyc, {match: 'tracking|sources'}]
            # Packages
            - [dpkg-query, -W]
            """;

    static final ShellRule RULE = rule();

    private Observe() {}

    private static ShellRule rule() {
        try {
            YamlNode list = YamlNode.parse("profile observe", COMMANDS, "commands");
            return new ShellRule(
                    new ShellRuleReader(new WordCount()).commands(list), false, Set.of(), List.of(), false);
        } catch (RefusedException e) {
            throw new IllegalStateException("the built-in profile can't be read: " + e.getMessage(), e);
        }
    }
}
