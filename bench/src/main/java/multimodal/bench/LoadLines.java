package multimodal.bench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The load protocol of the benchmarks: a first line {@code serving}, then each line {@code <workload> <clients> <seconds>} of
 * the standard input is answered with one line of JSON. A process stays warm from line to line, so that runs of several
 * systems can take turns.
 */
final class LoadLines {

    private LoadLines() {}

    /** Answers until the input ends; {@code requests} by the name of their workload. */
    static void answer(Map<String, Load.Request> requests) throws Exception {
        say("serving");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            Load load = new Load(Integer.parseInt(words[1]), Double.parseDouble(words[2]));
            say(load.run(requests.get(words[0])).toJson());
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
