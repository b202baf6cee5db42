package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.contentEncoder;
import static multimodal.clip.pipeline.PipelineFixtures.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import multimodal.clip.pipeline.Classification.Score;
import multimodal.clip.testing.TinyModels;
import multimodal.inference.batching.RequestContext;
import org.junit.jupiter.api.Test;

class ZeroShotClassifierTest {

    private static final List<String> LABELS = List.of("cat", "dog", "castle", "apple", "moon", "tree", "car");

    private final ZeroShotClassifier classifier = new ZeroShotClassifier(contentEncoder());

    @Test
    void probabilitiesAddUpToOneAndComeLikeliestFirst() {
        List<Score> scores = classify(LABELS);

        assertThat(scores.stream().mapToDouble(Score::probability).sum()).isCloseTo(1, within(1e-9));
        assertThat(scores)
                .isSortedAccordingTo(
                        Comparator.comparingDouble(Score::probability).reversed());
    }

    @Test
    void orderOfTheLabelsChangesNoProbability() {
        Map<String, Double> expected = byLabel(LABELS, classify(LABELS));
        for (int seed = 0; seed < 20; seed++) {
            List<String> shuffled = new ArrayList<>(LABELS);
            Collections.shuffle(shuffled, new Random(seed));

            assertThat(byLabel(shuffled, classify(shuffled))).isEqualTo(expected);
        }
    }

    @Test
    void onlyLabelIsCertain() {
        assertThat(classify(List.of("cat"))).extracting(Score::probability).containsExactly(1.0);
    }

    private List<Score> classify(List<String> labels) {
        ClassifyOptions options = new ClassifyOptions(file(0x808080), labels, List.of("a {}", "the {} there"));
        return classifier
                .classify(TinyModels.clip(), options, RequestContext.detached())
                .scores();
    }

    private static Map<String, Double> byLabel(List<String> labels, List<Score> scores) {
        return scores.stream().collect(Collectors.toMap(score -> labels.get(score.index()), Score::probability));
    }
}
