// SPDX-License-Identifier: Apache-2.0
// A true peer: Curator's own recipes, used as DolphinScheduler's masters use them. Run from source:
// java -cp JARS CuratorPeer.java CONNECT NAMESPACE. One command a line on standard input, one answer a line on standard
// output; what was taken is kept until it is given back or the process dies. Paths are below the namespace.
//
//     acquire PATH MILLISECONDS    acquired | timeout     InterProcessMutex (waits in this order of arrival, one thread)
//     release PATH                 released
//     queue PATH                   the queueing nodes, in Curator's order, with spaces between
//
//     enter PATH IDENTITY          entered                LeaderLatch; PATH is absolute, outside the namespace
//     await PATH MILLISECONDS      leads | follows
//     line PATH                    the identities, in Curator's order, with spaces between
//     leave PATH                   left
//
//     watch NODES MASTERS          watching               TreeCache and CuratorCache of NODES, PathChildrenCache of MASTERS
//     told PATH TYPE MILLISECONDS  told | silent          whether each of the three has told of it: added | removed
//     events PATH                  how often any of the three told of anything at that very path
//     forget                       forgotten              all that was told until now

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.PathChildrenCache;
import org.apache.curator.framework.recipes.cache.TreeCache;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.Participant;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.ExponentialBackoffRetry;

public class CuratorPeer {
    private final CuratorFramework client;
    private final Map<String, InterProcessMutex> mutexes = new HashMap<>();
    private final Map<String, LeaderLatch> latches = new HashMap<>();
    private final List<String> events = new ArrayList<>();

    CuratorPeer(CuratorFramework client) {
        this.client = client;
    }

    public static void main(String[] arguments) throws Exception {
        CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(arguments[0])
                .namespace(arguments[1])
                .sessionTimeoutMs(4_000)
                .connectionTimeoutMs(9_000)
                .retryPolicy(new ExponentialBackoffRetry(60, 5, 300))
                .build();
        client.start();
        client.blockUntilConnected();
        System.out.println("ready");
        CuratorPeer peer = new CuratorPeer(client);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            System.out.println(peer.answer(line.split(" ")));
        }
    }

    private String answer(String[] words) throws Exception {
        switch (words[0]) {
            case "acquire":
                return mutex(words[1]).acquire(Long.parseLong(words[2]), TimeUnit.MILLISECONDS) ? "acquired" : "timeout";
            case "release":
                mutex(words[1]).release();
                return "released";
            case "queue":
                return String.join(" ", mutex(words[1]).getParticipantNodes());
            case "enter":
                LeaderLatch latch = new LeaderLatch(client.usingNamespace(null), words[1], words[2]);
                latches.put(words[1], latch);
                latch.start();
                return "entered";
            case "await":
                return latches.get(words[1]).await(Long.parseLong(words[2]), TimeUnit.MILLISECONDS) ? "leads" : "follows";
            case "line":
                return latches.get(words[1]).getParticipants().stream().map(Participant::getId).collect(Collectors.joining(" "));
            case "leave":
                latches.remove(words[1]).close();
                return "left";
            case "watch":
                watch(words[1], words[2]);
                return "watching";
            case "told":
                return told(words[1], words[2], Long.parseLong(words[3])) ? "told" : "silent";
            case "events":
                synchronized (events) {
                    return Long.toString(events.stream().filter(event -> event.endsWith(" " + words[1])).count());
                }
            case "forget":
                synchronized (events) {
                    events.clear();
                }
                return "forgotten";
            default:
                return "unknown command: " + words[0];
        }
    }

    private InterProcessMutex mutex(String path) {
        return mutexes.computeIfAbsent(path, one -> new InterProcessMutex(client, one));
    }

    @SuppressWarnings("deprecation") // DolphinScheduler's masters use TreeCache
    private void watch(String nodes, String masters) throws Exception {
        TreeCache tree = new TreeCache(client, nodes);
        tree.getListenable().addListener((from, event) -> {
            if (event.getData() != null) note("tree", event.getType().name(), event.getData().getPath());
        });
        tree.start();
        PathChildrenCache children = new PathChildrenCache(client, masters, true);
        children.getListenable().addListener((from, event) -> {
            if (event.getData() != null) note("children", event.getType().name(), event.getData().getPath());
        });
        children.start(PathChildrenCache.StartMode.BUILD_INITIAL_CACHE);
        CuratorCache cache = CuratorCache.build(client, nodes);
        cache.listenable().addListener((type, before, after) ->
                note("cache", type.name(), (after == null ? before : after).getPath()));
        cache.start();
    }

    private void note(String who, String type, String path) {
        String kind = type.endsWith("ADDED") || type.endsWith("CREATED") ? "added"
                : type.endsWith("REMOVED") || type.endsWith("DELETED") ? "removed" : "changed";
        synchronized (events) {
            events.add(who + " " + kind + " " + path);
            events.notifyAll();
        }
    }

    private boolean told(String path, String kind, long milliseconds) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        List<String> expected = List.of("tree " + kind + " " + path, "children " + kind + " " + path, "cache " + kind + " " + path);
        synchronized (events) {
            while (!events.containsAll(expected)) {
                long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                if (left <= 0) return false;
                events.wait(left);
            }
            return true;
        }
    }
}
