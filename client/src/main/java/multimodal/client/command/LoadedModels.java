package multimodal.client.command;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The models that a process has loaded, as its log tells. */
final class LoadedModels {

    private static final Pattern READY = Pattern.compile("model (\\S+:\\S+) ready");

    private LoadedModels() {}

    /** For example {@code sticker-caption:1, sticker-clip:1}; a dash for none. */
    static String of(FleetProcess process) throws IOException {
        Set<String> models = new TreeSet<>();
        for (String line : process.lastLogLines(Integer.MAX_VALUE)) {
            Matcher ready = READY.matcher(line);
            if (ready.find()) {
                models.add(ready.group(1));
            }
        }
        return models.isEmpty() ? "-" : String.join(", ", models);
    }
}
