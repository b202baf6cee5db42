package multimodal.client.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import multimodal.client.run.Pictures;
import multimodal.client.trace.RunTrace;
import multimodal.client.trace.SpanFiles;

/**
 * The files that the demo leaves behind.
 *
 * @param directory is made if it is missing; files of the same names are written over
 * @param spans where the services write their spans; without it there is no {@code trace.json}
 */
public record DemoOutput(Path directory, Optional<SpanFiles> spans) {

    /** Writes everything and says what was written. */
    List<Path> write(List<DemoRun> runs, RunTrace trace) throws IOException {
        Files.createDirectories(directory);
        List<Path> written = new ArrayList<>();
        for (DemoRun run : runs) {
            String key = run.prompt().key();
            written.add(write(key + ".png", run.picture().getData().toByteArray()));
            if (!run.previews().isEmpty()) {
                written.add(write(key + "-previews.png", Pictures.strip(run.previews())));
            }
        }
        written.add(write("index.html", ReportPage.render(runs)));
        if (spans.isPresent()) {
            written.add(write("trace.json", spans.get().collect(trace)));
        }
        return written;
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }
}
