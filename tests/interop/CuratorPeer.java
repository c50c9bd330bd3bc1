// SPDX-License-Identifier: Apache-2.0
// A true peer for the failover lock: Curator's own InterProcessMutex, used as DolphinScheduler's masters use it. Run from
// source: java -cp JARS CuratorPeer.java CONNECT NAMESPACE. One command a line on standard input, one answer a line on
// standard output; a lock is kept until it is released or the process dies.
//
//     acquire PATH MILLISECONDS    acquired | timeout     (waits in this order of arrival, one thread a path)
//     release PATH                 released
//     queue PATH                   the queueing nodes, in Curator's order, with spaces between

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.ExponentialBackoffRetry;

public class CuratorPeer {
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
        Map<String, InterProcessMutex> mutexes = new HashMap<>();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ");
            InterProcessMutex mutex = mutexes.computeIfAbsent(words[1], path -> new InterProcessMutex(client, path));
            switch (words[0]) {
                case "acquire":
                    System.out.println(mutex.acquire(Long.parseLong(words[2]), TimeUnit.MILLISECONDS) ? "acquired" : "timeout");
                    break;
                case "release":
                    mutex.release();
                    System.out.println("released");
                    break;
                case "queue":
                    System.out.println(String.join(" ", mutex.getParticipantNodes()));
                    break;
                default:
                    System.out.println("unknown command: " + line);
            }
        }
    }
}
