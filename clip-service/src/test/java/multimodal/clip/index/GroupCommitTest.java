package multimodal.clip.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import multimodal.clip.testing.Points;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupCommitTest {

    private static final VectorSpace SPACE = new VectorSpace(new ModelId("clip", "1"), 4);

    @TempDir
    Path folder;

    private ImageIndex index;
    private final ExecutorService threads = Executors.newSingleThreadExecutor();
    /** Commits wait here until a test lets them run. */
    private final List<Runnable> held = new ArrayList<>();

    @BeforeEach
    void open() {
        index = new LuceneImageIndex(folder, true);
        index.open("cats", SPACE);
    }

    @AfterEach
    void close() {
        index.close();
        threads.shutdownNow();
    }

    @Test
    void whatComesWhileACommitWaitsGoesTogether() {
        GroupCommit commits = new GroupCommit(index, held::add);

        CompletableFuture<Void> first = commits.put("cats", SPACE, List.of(image("a", 1)));
        CompletableFuture<Void> second = commits.put("cats", SPACE, List.of(image("b", 2)));
        CompletableFuture<Void> third = commits.put("cats", SPACE, List.of(image("a", 3)));

        assertThat(held).hasSize(1);
        assertThat(first).isNotDone();
        held.remove(0).run();
        assertThat(List.of(first, second, third)).allMatch(CompletableFuture::isDone);
        assertThat(index.list().get(0).itemCount()).isEqualTo(2);
        assertThat(index.search("cats", point(3), 1, Optional.empty(), RequestContext.detached())
                        .get(0)
                        .id())
                .isEqualTo("a");
    }

    @Test
    void commitAfterAnIdleTimeRunsToo() {
        GroupCommit commits = new GroupCommit(index, threads);

        for (int i = 0; i < 20; i++) {
            commits.put("cats", SPACE, List.of(image("i" + i, i))).join();
        }

        assertThat(index.list().get(0).itemCount()).isEqualTo(20);
    }

    @Test
    void failureReachesEveryoneOfTheGroupAndNobodyElse() {
        GroupCommit commits = new GroupCommit(index, held::add);
        index.open("dogs", SPACE);

        CompletableFuture<Void> lost = commits.put("dogs", SPACE, List.of(image("a", 1)));
        CompletableFuture<Void> lostToo = commits.put("dogs", SPACE, List.of(image("b", 1)));
        CompletableFuture<Void> sound = commits.put("cats", SPACE, List.of(image("c", 1)));
        index.drop("dogs");
        held.forEach(Runnable::run);

        assertThatThrownBy(lost::join).hasCauseInstanceOf(InferenceException.class);
        assertThat(lostToo).isCompletedExceptionally();
        assertThat(sound).isCompleted();
    }

    private static IndexedImage image(String id, int seed) {
        return new IndexedImage(id, point(seed), Map.of());
    }

    private static float[] point(int seed) {
        return Points.uniform(1, SPACE.dimension(), seed).get(0);
    }
}
