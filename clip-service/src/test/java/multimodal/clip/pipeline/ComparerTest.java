package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.contentEncoder;
import static multimodal.clip.pipeline.PipelineFixtures.picture;
import static multimodal.clip.pipeline.PipelineFixtures.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import multimodal.clip.testing.TinyModels;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.tensor.Shape;
import org.junit.jupiter.api.Test;

class ComparerTest {

    private final Comparer comparer = new Comparer(contentEncoder());

    @Test
    void matrixOfTheSameContentsIsSymmetricWithOnesOnItsDiagonal() {
        List<Content> contents = List.of(text("a cat"), picture(0xabcdef), text("一只猫"));

        SimilarityMatrix matrix = compare(contents, contents);

        float[] cosines = matrix.cosines().floats();
        for (int row = 0; row < 3; row++) {
            assertThat(cosines[row * 3 + row]).isCloseTo(1, within(1e-6f));
            for (int column = 0; column < 3; column++) {
                assertThat(cosines[row * 3 + column]).isEqualTo(cosines[column * 3 + row]);
            }
        }
    }

    @Test
    void matrixHasARowForEachRowAndTheModelsLogitScale() {
        SimilarityMatrix matrix = compare(List.of(text("a"), text("b")), List.of(text("c"), text("d"), picture(0)));

        assertThat(matrix.cosines().shape()).isEqualTo(Shape.of(2, 3));
        assertThat(matrix.logitScale()).isEqualTo(20);
    }

    private SimilarityMatrix compare(List<Content> rows, List<Content> columns) {
        return comparer.compare(TinyModels.clip(), rows, columns, RequestContext.detached());
    }
}
