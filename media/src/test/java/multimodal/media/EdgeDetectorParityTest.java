package multimodal.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against what {@code models/golden/edges.py} had OpenCV's Python make of the same pixels. */
class EdgeDetectorParityTest {

    static List<String> goldens() {
        return Goldens.edges();
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void everyPixelIsOpenCvs(String golden) {
        String[] parts = golden.replaceFirst("\\.png$", "").split("_");
        EdgeOptions options = new EdgeOptions(
                Float.parseFloat(parts[1]),
                Float.parseFloat(parts[2]),
                Integer.parseInt(parts[3]),
                parts[4].equals("l2"));
        Picture edges = EdgeDetector.edges(Goldens.source(parts[0]), options);
        assertThat(edges).usingRecursiveComparison().isEqualTo(Goldens.edge(golden));
    }

    @Test
    void manyAtOnceFindWhatEachFindsAlone() {
        Picture picture = Goldens.source("castle-night");
        Picture alone = EdgeDetector.edges(picture, EdgeOptions.DEFAULT);
        List<Picture> together = IntStream.range(0, 64)
                .parallel()
                .mapToObj(i -> EdgeDetector.edges(picture, EdgeOptions.DEFAULT))
                .toList();
        assertThat(together)
                .allSatisfy(edges -> assertThat(edges.rgb()).isEqualTo(alone.rgb()))
                .hasSize(64);
    }
}
