package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.pictureEncoder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import multimodal.clip.steps.CrossModalEncoder;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.steps.TextTokens;
import multimodal.clip.testing.EmbeddedModels;
import multimodal.inference.batching.Phase;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.testing.GoldenTensors;
import multimodal.inference.testing.Tolerance;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The fusion of a picture and a text against torch, with the weights that ship; a subclass for each engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FusionParityContract {

    /** Of states, which are of the order of 1. */
    private static final double STATE_TOLERANCE = 2e-4;

    private static final double ATTENTION_TOLERANCE = 2e-5;
    private static final int REPEATS = 6;
    private static final int THREADS = 12;

    private final String engine;
    private final GoldenTensors golden = GoldenTensors.read("fusion");
    private final ModalityFuser fuser = new ModalityFuser(pictureEncoder(), new CrossModalEncoder());
    private EmbeddedModels models;
    private ModelHandle model;

    FusionParityContract(String engine) {
        this.engine = engine;
    }

    @BeforeAll
    void load() {
        models = EmbeddedModels.load(engine, "image-text-matching");
        model = models.model("image-text-matching");
    }

    @AfterAll
    void close() {
        models.close();
    }

    @Test
    void idsStatesAttentionAndScoreEqualTorch() {
        for (JsonNode each : golden.cases(null)) {
            String name = each.path("name").asText();
            TextTokens tokens = TextTokens.framed(
                    model.tokenizer(),
                    model.manifest().tokenizer().orElseThrow(),
                    each.path("text").asText());

            Fusion fusion = fuse(each);

            assertThat(tokens.ids())
                    .isEqualTo(LongStream.of(golden.tensor(name + "_ids").longs())
                            .boxed()
                            .toList());
            Tolerance.assertClose(name, fusion.states(), golden.tensor(name + "_states"), STATE_TOLERANCE);
            Tolerance.assertClose(name, fusion.attention(), golden.tensor(name + "_attention"), ATTENTION_TOLERANCE);
            assertThat(fusion.matchScore())
                    .as(name)
                    .isCloseTo(each.path("match_score").asDouble(), within(1e-4));
        }
    }

    @Test
    void attentionOfEachTokenCoversTheGridAndAddsUpToAtMostOne() {
        Fusion fusion = fuse(golden.cases(null).get(0));

        int patches = fusion.grid().height() * fusion.grid().width();
        assertThat(fusion.attention().shape().dimension(1)).isEqualTo(patches);
        for (int token = 0; token < fusion.attention().rows(); token++) {
            double sum = 0;
            for (float weight : fusion.attention().row(token).floats()) {
                sum += weight;
            }
            assertThat(sum).isBetween(0.0, 1 + 1e-5);
        }
    }

    @Test
    void requestsHaveTheBitsInCompanyThatEachHasAlone() throws Exception {
        List<JsonNode> requests = new ArrayList<>();
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            requests.addAll(golden.cases(null));
        }
        Collections.shuffle(requests, new Random(1));
        long before = models.calls(Phase.SINGLE_SHOT);
        List<Fusion> alone = requests.stream().map(this::fuse).toList();
        long callsAlone = models.calls(Phase.SINGLE_SHOT) - before;

        List<Fusion> together = together(requests);

        for (int number = 0; number < alone.size(); number++) {
            assertThat(together.get(number).matchScore())
                    .isEqualTo(alone.get(number).matchScore());
            assertThat(together.get(number).states().floats())
                    .containsExactly(alone.get(number).states().floats());
            assertThat(together.get(number).attention().floats())
                    .containsExactly(alone.get(number).attention().floats());
        }
        assertThat(models.calls(Phase.SINGLE_SHOT) - before - callsAlone)
                .as("engine calls for the same requests")
                .isLessThan(callsAlone);
    }

    private List<Fusion> together(List<JsonNode> requests) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Fusion> fusions = new ArrayList<>();
            for (Future<Fusion> fusion : threads.invokeAll(requests.stream()
                    .<Callable<Fusion>>map(request -> () -> fuse(request))
                    .toList())) {
                fusions.add(fusion.get());
            }
            return fusions;
        } finally {
            threads.shutdownNow();
        }
    }

    private Fusion fuse(JsonNode each) {
        String file = each.path("file").asText();
        Content.Text text = new Content.Text("text", each.path("text").asText());
        return fuser.fuse(
                model, new PictureFile(file, EmbeddedModels.goldenPicture(file)), text, RequestContext.detached());
    }
}
