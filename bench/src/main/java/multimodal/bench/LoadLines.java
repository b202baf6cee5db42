package multimodal.bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The load protocol of the benchmarks: a first line {@code serving}, then each line of the standard input is answered with one
 * line of JSON. Its first word is the workload, the others say how much: {@code <clients> <seconds>} for a closed loop of equal
 * requests. A process stays warm from line to line, so that runs of several systems can take turns.
 */
final class LoadLines {

    private LoadLines() {}

    /** Makes a line of JSON of the words of a line. */
    @FunctionalInterface
    interface Workload {
        String run(String... words) throws Exception;
    }

    /** Closed loops of equal requests, by the names of these. */
    static Map<String, Workload> closedLoops(Map<String, Load.Request> requests) {
        Map<String, Workload> loops = new HashMap<>();
        requests.forEach((name, request) ->
                loops.put(name, words -> new Load(Integer.parseInt(words[1]), Double.parseDouble(words[2]))
                        .run(request)
                        .toJson()));
        return loops;
    }

    /** Answers until the input ends; {@code workloads} by name. */
    static void answer(Map<String, Workload> workloads) throws Exception {
        say("serving");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            say(workloads.get(words[0]).run(words));
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
