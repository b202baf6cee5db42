package multimodal.clip.index;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import multimodal.inference.batching.RequestContext;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that fill an index are killed (SIGKILL) a hundred times: nothing that they acknowledged is lost, and the index
 * opens. What a power failure does is not tried here.
 */
class KilledIndexTest {

    private static final int KILLS = 100;

    /** Indexes that are filled side by side, for the start of a process takes most of the time. */
    private static final int INDEXES = 4;

    /** Time from a process's first acknowledgement to its end, at the most. */
    private static final int LONGEST_LIFE_MILLIS = 60;

    @TempDir
    Path folder;

    @Test
    void nothingAcknowledgedIsLostByAHundredKills() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(INDEXES);
        try {
            List<Callable<Integer>> runs = IntStream.range(0, INDEXES)
                    .mapToObj(number -> (Callable<Integer>) () -> fillAndKill(folder.resolve("index" + number), number))
                    .toList();
            int kills = 0;
            for (Future<Integer> run : threads.invokeAll(runs)) {
                kills += run.get();
            }
            assertThat(kills).isEqualTo(KILLS);
        } finally {
            threads.shutdownNow();
        }
    }

    private static int fillAndKill(Path index, int seed) throws Exception {
        Random random = new Random(seed);
        List<String> acknowledged = new ArrayList<>();
        int kills = KILLS / INDEXES;
        for (int kill = 0; kill < kills; kill++) {
            // A tenth is killed before it has said a word: while it opens the index, or recovers it.
            boolean isEarly = random.nextInt(10) == 0;
            acknowledged.addAll(runAndKill(index, kill, isEarly, random.nextInt(LONGEST_LIFE_MILLIS)));
            Set<String> lost = new HashSet<>(acknowledged);
            lost.removeAll(ids(index.resolve(IndexingProcess.COLLECTION)));
            assertThat(lost).as("lost by kill %s of %s", kill, index).isEmpty();
        }
        try (ImageIndex opened = new LuceneImageIndex(index, true)) {
            assertThat(opened.open(IndexingProcess.COLLECTION, IndexingProcess.SPACE)
                            .itemCount())
                    .isGreaterThanOrEqualTo(acknowledged.size());
        }
        assertThat(acknowledged).hasSizeGreaterThan(kills);
        return kills;
    }

    /** What the process has acknowledged before its end. */
    private static List<String> runAndKill(Path index, int number, boolean isEarly, int lifeMillis) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        classPath(),
                        IndexingProcess.class.getName(),
                        index.toString(),
                        String.valueOf(number))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (InputStream output = process.getInputStream()) {
            if (!isEarly) {
                int first = output.read();
                assertThat(first).as("process %s says something", number).isNotNegative();
                said.write(first);
            }
            process.waitFor(lifeMillis, TimeUnit.MILLISECONDS);
            // Not by the process itself, which would throw away what it has said and we have not read.
            process.toHandle().destroyForcibly();
            output.transferTo(said);
        }
        process.waitFor();
        String text = said.toString(StandardCharsets.US_ASCII);
        // A line that the kill has cut is no acknowledgement.
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /** What the process needs: it starts in half of the time that it takes with everything that tests have. */
    private static String classPath() {
        return Stream.of(
                        IndexingProcess.class,
                        LuceneImageIndex.class,
                        RequestContext.class,
                        IndexWriter.class,
                        JsonFactory.class,
                        io.opentelemetry.context.Context.class)
                .map(type -> Path.of(URI.create(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toString()))
                        .toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Set<String> ids(Path collection) throws IOException {
        Set<String> ids = new HashSet<>();
        if (!LuceneCollection.exists(collection)) {
            return ids;
        }
        try (FSDirectory directory = FSDirectory.open(collection);
                IndexReader reader = DirectoryReader.open(directory)) {
            for (int document = 0; document < reader.maxDoc(); document++) {
                Document stored = reader.storedFields().document(document);
                ids.add(stored.get(LuceneDocuments.ID));
            }
        }
        return ids;
    }
}
