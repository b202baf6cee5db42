package multimodal.image.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import multimodal.image.steps.Control;
import multimodal.image.steps.ControlNet;
import multimodal.image.steps.Controls;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.testing.DrawnControlNet;
import multimodal.image.testing.DrawnModel;
import multimodal.image.testing.Options;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.tensor.Tensor;
import multimodal.media.Picture;
import org.junit.jupiter.api.Test;

/** What ControlNets add to the steps of a picture. */
class ControlledTest {

    private final DrawnModel drawn = DrawnModel.versatile();
    private final DiffusionModel model = DiffusionModel.of(drawn);
    private final DrawnControlNet network = new DrawnControlNet("drawn");

    @Test
    void theResidualsOfAControlReachEverySlotAtItsScale() {
        generate(options(new Controls(List.of(control(0.5f, 0, 1)), false)));
        assertThat(drawn.steps()).hasSize(5).allSatisfy(step -> {
            assertThat(step.get("down_residual_0").shape().dimensions()).containsExactly(2, 1, 4, 4);
            assertThat(step.get("mid_residual").shape().dimensions()).containsExactly(2, 1, 2, 2);
            assertThat(step.get("down_residual_0").floats()).containsOnly(5f);
            assertThat(step.get("mid_residual").floats()).containsOnly(5f);
        });
        assertThat(network.costs()).containsExactly(10L);
        assertThat(network.isIdle()).isTrue();
    }

    @Test
    void theNetworkSeesTheControlImageFromZeroToOneBesideTheSample() {
        generate(options(new Controls(List.of(control(1, 0, 1)), false)).imageCount(2));
        Tensor image = network.steps().get(0).get("controlnet_cond");
        assertThat(image.shape().dimensions()).containsExactly(4, 3, 32, 32);
        assertThat(image.floats()).contains(0f, 1f);
        assertThat(network.steps().get(0).get("sample"))
                .isEqualTo(drawn.steps().get(0).get("sample"));
    }

    @Test
    void stepsBeforeTheStartAndAfterTheEndAddNothing() {
        generate(options(new Controls(List.of(control(1, 0.2, 0.8)), false)));
        assertThat(drawn.steps())
                .extracting(step -> step.get("mid_residual").floats()[0])
                .containsExactly(0f, 10f, 10f, 10f, 0f);
        assertThat(network.steps()).hasSize(3);
        assertThat(network.costs()).containsExactly(6L);
    }

    @Test
    void aNetworkThatReadsNothingOfTheStepsRunsOnce() {
        DrawnControlNet constant = DrawnControlNet.constant("drawn");
        Control control = new Control(ControlNet.of(constant), picture(), 0.5f, 0.2, 1);
        generate(options(new Controls(List.of(control), false)));
        assertThat(drawn.steps())
                .extracting(step -> step.get("mid_residual").floats()[0])
                .containsExactly(0f, 5f, 5f, 5f, 5f);
        assertThat(constant.steps()).hasSize(1);
        assertThat(constant.costs()).containsExactly(2L);
        assertThat(constant.isIdle()).isTrue();
    }

    @Test
    void severalControlsAddUp() {
        generate(options(new Controls(List.of(control(0.5f, 0, 1), control(1, 0, 0.4)), false)));
        assertThat(drawn.steps())
                .extracting(step -> step.get("mid_residual").floats()[0])
                .containsExactly(15f, 15f, 5f, 5f, 5f);
    }

    @Test
    void inGuessModeTheSlotsWithoutThePromptGetNothingAndOuterPartsATenth() {
        generate(options(new Controls(List.of(control(1, 0, 1)), true)));
        assertThat(drawn.steps()).allSatisfy(step -> {
            assertThat(step.get("mid_residual").floats()).containsExactly(0, 0, 0, 0, 10, 10, 10, 10);
            assertThat(step.get("down_residual_0").row(0).floats()).containsOnly(0f);
            assertThat(step.get("down_residual_0").row(1).floats()).containsOnly(1f);
        });
        assertThat(network.steps())
                .allSatisfy(step -> assertThat(step.get("sample").rows()).isOne());
        assertThat(network.costs()).containsExactly(5L);
    }

    @Test
    void aRequestWithoutControlsGivesZerosSoThatTheGraphIsTheSame() {
        generate(options(Controls.NONE));
        assertThat(drawn.steps()).allSatisfy(step -> {
            assertThat(step.get("down_residual_0").shape().dimensions()).containsExactly(2, 1, 4, 4);
            assertThat(step.get("down_residual_0").floats()).containsOnly(0f);
        });
    }

    @Test
    void aModelThatNothingSteersIsGivenNoResiduals() {
        DrawnModel plain = new DrawnModel(false);
        new TextToImage()
                .generate(
                        DiffusionModel.of(plain),
                        options(Controls.NONE).build(),
                        RequestContext.detached(),
                        progress -> {});
        assertThat(plain.steps()).extracting(Map::keySet).allMatch(names -> !names.contains("mid_residual"));
    }

    @Test
    void whateverHappensTheControlNetIsLeftIdle() {
        IllegalStateException bug = new IllegalStateException("bug");
        Throwable failure = catchThrowableOfType(IllegalStateException.class, () -> new TextToImage()
                .generate(
                        model,
                        options(new Controls(List.of(control(1, 0, 1)), false)).build(),
                        RequestContext.detached(),
                        progress -> {
                            throw bug;
                        }));
        assertThat(failure).isSameAs(bug);
        assertThat(network.isIdle()).isTrue();
        assertThat(drawn.isIdle()).isTrue();
    }

    private void generate(Options options) {
        new TextToImage().generate(model, options.build(), RequestContext.detached(), progress -> {});
    }

    private Control control(float scale, double start, double end) {
        return new Control(ControlNet.of(network), picture(), scale, start, end);
    }

    private static Picture picture() {
        byte[] rgb = new byte[3 * 32 * 32];
        rgb[0] = (byte) 255;
        return new Picture(32, 32, rgb);
    }

    private static Options options(Controls controls) {
        return new Options().size(32, 32).controls(controls);
    }
}
