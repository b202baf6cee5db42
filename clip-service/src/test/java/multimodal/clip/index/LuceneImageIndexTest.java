package multimodal.clip.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import multimodal.clip.testing.Points;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LuceneImageIndexTest extends ImageIndexContract {

    private static final VectorSpace SPACE = new VectorSpace(new ModelId("clip", "1"), 4);

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

    private static IndexedImage image() {
        return new IndexedImage("one", Points.uniform(1, 4, 1).get(0), Map.of());
    }
}
