package multimodal.client.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

    /** Writes a picture; returns its absolute path. */
    Path write(DemoPicture picture) throws IOException {
        return write(picture.fileName(), picture.image().getData().toByteArray())
                .toAbsolutePath()
                .normalize();
    }

    /** Writes all else, and says what there is now. */
    List<Path> write(DemoResults results, RunTrace trace) throws IOException {
        List<Path> written = new ArrayList<>();
        for (DemoRun run : results.runs()) {
            written.add(directory.resolve(run.picture().fileName()));
            if (!run.previews().isEmpty()) {
                written.add(write(run.prompt().key() + "-previews.png", Pictures.strip(run.previews())));
            }
        }
        written.add(directory.resolve(results.outlines().edges().fileName()));
        written.add(directory.resolve(results.outlines().made().fileName()));
        results.gallery().forEach(picture -> written.add(directory.resolve(picture.fileName())));
        written.add(write("index.html", ReportPage.render(results)));
        if (spans.isPresent()) {
            written.add(write("trace.json", spans.get().collect(trace)));
        }
        return written;
    }

    private Path write(String name, byte[] content) throws IOException {
        Files.createDirectories(directory);
        return Files.write(directory.resolve(name), content);
    }

    private Path write(String name, String content) throws IOException {
        return write(name, content.getBytes(StandardCharsets.UTF_8));
    }
}
