package multimodal.clip.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import multimodal.clip.testing.Points;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.repository.ModelId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeteredImageIndexTest {

    private static final Path OPERATIONS = Path.of(System.getProperty("fleet.root"), "docs/operations.md");
    private static final VectorSpace SPACE = new VectorSpace(new ModelId("clip", "1"), 4);

    @TempDir
    Path folder;

    @Test
    void everyMetricStandsInTheOperationsPage() throws IOException, IllegalAccessException {
        List<String> names = new ArrayList<>();
        for (Field field : MeteredImageIndex.class.getFields()) {
            if (field.get(null) instanceof String name) {
                names.add(name.replace('.', '_'));
            }
        }

        assertThat(names).hasSizeGreaterThan(5);
        assertThat(Files.readString(OPERATIONS)).contains(names);
    }

    @Test
    void whatIsDoneIsCountedAndTimed() {
        MeterRegistry meters = new SimpleMeterRegistry();
        try (ImageIndex index = new MeteredImageIndex(new LuceneImageIndex(folder, true), meters)) {
            index.open("cats", SPACE);
            index.put("cats", SPACE, List.of(image("a"), image("b")));
            index.delete("cats", new ImageFilter.Ids(Set.of("a")));
            index.search("cats", image("a").vector(), 1, Optional.empty(), RequestContext.detached());
            assertThatThrownBy(() -> index.delete("dogs", new ImageFilter.Ids(Set.of("a"))));

            assertThat(meters.get(MeteredImageIndex.STORED).counter().count()).isEqualTo(2);
            assertThat(meters.get(MeteredImageIndex.DELETED).counter().count()).isEqualTo(1);
            assertThat(meters.get(MeteredImageIndex.COMMIT_TIME)
                            .tag("outcome", "ok")
                            .timer()
                            .count())
                    .isEqualTo(2);
            assertThat(meters.get(MeteredImageIndex.COMMIT_TIME)
                            .tag("outcome", "failed")
                            .timer()
                            .count())
                    .isEqualTo(1);
            assertThat(meters.get(MeteredImageIndex.SEARCH_TIME).timer().count())
                    .isEqualTo(1);
            assertThat(meters.get(MeteredImageIndex.COLLECTIONS).gauge().value())
                    .isEqualTo(1);
            assertThat(meters.get(MeteredImageIndex.ITEMS).gauge().value()).isEqualTo(1);
            assertThat(meters.get(MeteredImageIndex.SIZE).gauge().value()).isPositive();
        }
    }

    private static IndexedImage image(String id) {
        return new IndexedImage(id, Points.uniform(1, SPACE.dimension(), 1).get(0), Map.of());
    }
}
