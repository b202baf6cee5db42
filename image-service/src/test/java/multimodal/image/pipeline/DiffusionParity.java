package multimodal.image.pipeline;

import java.nio.file.Path;
import java.util.List;
import multimodal.image.pipeline.DiffusionGoldens.Case;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.testing.Pictures;
import multimodal.image.testing.ShippedModel;
import multimodal.inference.batching.RequestContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A model on an engine makes the pictures that diffusers made of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DiffusionParity {

    private final String engine;
    private final Path repository;
    private final String name;
    private final DiffusionGoldens goldens;
    private ShippedModel shipped;
    private DiffusionModel model;

    /**
     * The text-to-image model {@code name} of {@code repository}.
     *
     * @param goldens file in {@code models/golden}
     */
    DiffusionParity(String engine, Path repository, String name, String goldens) {
        this.engine = engine;
        this.repository = repository;
        this.name = name;
        this.goldens = DiffusionGoldens.read(goldens);
    }

    @BeforeAll
    void open() {
        shipped = ShippedModel.open(engine, repository);
        model = shipped.model(name);
    }

    @AfterAll
    void close() {
        shipped.close();
    }

    final DiffusionModel model() {
        return model;
    }

    List<Case> cases() {
        return goldens.cases();
    }

    final GenerateImageOptions options(Case golden) {
        return golden.options(model.schedule().usualChoice(), shipped);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theWholePipelineMakesTheSamePicture(Case golden) {
        List<byte[]> pngs = new TextToImage()
                .generate(model, options(golden), RequestContext.detached(), progress -> {})
                .pngs();
        golden.assertSamePicture(Pictures.decode(pngs.get(0)));
    }
}
