package multimodal.clip.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import multimodal.clip.testing.Points;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LuceneImageIndexTest extends ImageIndexContract {

    private static final VectorSpace SPACE = new VectorSpace(new ModelId("clip", "1"), 4);

    /** Of so small a collection: as many of one size as the merge policy leaves. */
    private static final int SEGMENTS_AT_REST = 5;

    @TempDir
    Path folder;

    @Override
    ImageIndex openIndex() {
        return new LuceneImageIndex(folder, true);
    }

    /** Each test has a folder of its own. */
    @Override
    void clear() {}

    @Test
    void nameThatLeavesTheFolderIsNeverTouched() {
        try (LuceneImageIndex index = new LuceneImageIndex(folder, true)) {
            for (String name : List.of("../up", "..", ".", "", "a/b", ".dropped-1", "a".repeat(65), "ä", "a\0")) {
                assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> index.open(name, SPACE));
                assertThat(CollectionNames.isValid(name)).isFalse();
            }
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void collectionOfAnotherProcessIsToldAndNotTouched() {
        try (LuceneImageIndex owner = new LuceneImageIndex(folder, true);
                LuceneImageIndex other = new LuceneImageIndex(folder, true)) {
            owner.open("cats", SPACE);
            owner.put("cats", SPACE, List.of(image()));

            assertThatExceptionOfType(InferenceException.class)
                    .isThrownBy(() -> other.drop("cats"))
                    .matches(e -> e.kind() == ErrorKind.UNAVAILABLE)
                    .withMessageContaining("clip.index.directory");
            assertThat(other.list()).extracting(CollectionInfo::itemCount).containsExactly(1L);
        }
    }

    @Test
    void whatACrashHasCutShortIsFinishedOrUndone() throws Exception {
        Path halfMade = Files.createDirectories(folder.resolve("halfmade"));
        Files.writeString(halfMade.resolve("_0.cfs"), "part of a segment that was never committed");
        Path halfDropped = Files.createDirectories(folder.resolve(".dropped-1"));
        Files.writeString(halfDropped.resolve("segments_1"), "old");

        try (LuceneImageIndex index = new LuceneImageIndex(folder, true)) {
            assertThat(index.list()).isEmpty();
            assertThat(index.open("halfmade", SPACE).itemCount()).isZero();
            index.put("halfmade", SPACE, List.of(image()));
            assertThat(index.list()).extracting(CollectionInfo::itemCount).containsExactly(1L);
        }
        assertThat(halfDropped).doesNotExist();
    }

    /** Else each search after a fast filling would go through all that the filling has left. */
    @Test
    void whatWasMergedIsTakenOverAlthoughNobodyChangesAnything() throws Exception {
        int commits = 60;
        try (LuceneImageIndex index = new LuceneImageIndex(folder, false)) {
            index.open("cats", SPACE);
            List<float[]> points = Points.uniform(commits, 4, 1);
            for (int number = 0; number < commits; number++) {
                index.put("cats", SPACE, List.of(new IndexedImage("i" + number, points.get(number), Map.of())));
            }
            awaitMerges();

            assertThat(segments()).isLessThanOrEqualTo(SEGMENTS_AT_REST);
            assertThat(index.search("cats", points.get(0), commits, Optional.empty(), RequestContext.detached()))
                    .hasSize(commits);
        }
        assertThat(segments()).isLessThanOrEqualTo(SEGMENTS_AT_REST);
    }

    private static void awaitMerges() throws InterruptedException {
        for (Optional<Thread> merge = merging(); merge.isPresent(); merge = merging()) {
            merge.get().join();
        }
    }

    private static Optional<Thread> merging() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("Lucene Merge Thread"))
                .findFirst();
    }

    private int segments() throws IOException {
        try (Directory directory = FSDirectory.open(folder.resolve("cats"))) {
            return SegmentInfos.readLatestCommit(directory).size();
        }
    }

    private static IndexedImage image() {
        return new IndexedImage("one", Points.uniform(1, 4, 1).get(0), Map.of());
    }
}
