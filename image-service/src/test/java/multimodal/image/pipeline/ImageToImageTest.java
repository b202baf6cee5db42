package multimodal.image.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.testing.Options;
import multimodal.image.testing.Pictures;
import multimodal.image.testing.ShippedModel;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.diffusion.SchedulerKind;
import multimodal.media.Picture;
import org.junit.jupiter.api.Test;

/** Pictures from pictures, made by the model that ships. */
class ImageToImageTest {

    private static final List<Float> STRENGTHS = List.of(0f, 0.3f, 0.6f, 1f);

    /** Levels of 0 to 255; the autoencoder alone keeps scenes at about 28 dB. */
    private static final double LARGEST_DISTANCE_AT_ZERO = 12;

    @Test
    void theFartherItGoesTheFartherItIsFromThePicture() {
        Picture scene = Pictures.decode(Pictures.golden("scenes/castle-night.png"));
        try (ShippedModel shipped = ShippedModel.open("onnxruntime");
                DiffusionModel model = shipped.model()) {
            for (SchedulerKind kind : SchedulerKind.values()) {
                List<Double> distances = new ArrayList<>();
                for (float strength : STRENGTHS) {
                    distances.add(distance(scene, generate(model, kind, scene, strength)));
                }
                assertThat(distances).as("%s at strengths %s", kind, STRENGTHS).isSorted();
                assertThat(distances.get(0)).isLessThan(LARGEST_DISTANCE_AT_ZERO);
                assertThat(distances.get(3)).isGreaterThan(2 * distances.get(0));
            }
        }
    }

    private static Picture generate(DiffusionModel model, SchedulerKind kind, Picture scene, float strength) {
        Options options = new Options()
                .prompt("a red apple on green grass")
                .scheduler(kind)
                .steps(10)
                .seed(5)
                .init(scene, strength);
        return Pictures.decode(new TextToImage()
                .generate(model, options.build(), RequestContext.detached(), progress -> {})
                .pngs()
                .get(0));
    }

    /** Mean absolute difference of the samples. */
    private static double distance(Picture one, Picture other) {
        long sum = 0;
        for (int i = 0; i < one.rgb().length; i++) {
            sum += Math.abs((one.rgb()[i] & 0xff) - (other.rgb()[i] & 0xff));
        }
        return (double) sum / one.rgb().length;
    }
}
