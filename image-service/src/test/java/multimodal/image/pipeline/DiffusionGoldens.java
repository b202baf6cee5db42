package multimodal.image.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import multimodal.image.steps.Control;
import multimodal.image.steps.Controls;
import multimodal.image.steps.Hole;
import multimodal.image.steps.Likeness;
import multimodal.image.steps.Mask;
import multimodal.image.steps.UnClipModel;
import multimodal.image.testing.Options;
import multimodal.image.testing.Pictures;
import multimodal.image.testing.ShippedModel;
import multimodal.inference.diffusion.SchedulerChoice;
import multimodal.inference.diffusion.SchedulerKind;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.GoldenTensors;
import multimodal.media.Picture;
import multimodal.media.PictureScaler;

/** Pictures that a script of {@code models/golden} made, with their stages. */
final class DiffusionGoldens {

    private static final int PIXEL_TOLERANCE = 1;

    private final String file;
    private final GoldenTensors tensors;

    private DiffusionGoldens(String file, GoldenTensors tensors) {
        this.file = file;
        this.tensors = tensors;
    }

    /** The file of that name in {@code models/golden}. */
    static DiffusionGoldens read(String name) {
        return new DiffusionGoldens(name, GoldenTensors.read(name));
    }

    List<Case> cases() {
        return tensors.cases(null).stream()
                .map(said -> new Case(file, said, tensors))
                .toList();
    }

    /** One picture with all its stages. */
    record Case(String file, JsonNode said, GoldenTensors tensors) {

        String name() {
            return said.required("name").asText();
        }

        /**
         * How it was made.
         *
         * @param usual the model's own scheduler, of which the spacing is taken
         * @param models have what the goldens are named after, where that is beside the model that paints
         */
        GenerateImageOptions options(Optional<SchedulerChoice> usual, ShippedModel models) {
            Options options = new Options()
                    .prompt(said.required("prompt").asText())
                    .negativePrompt(said.required("negative_prompt").asText())
                    .steps(said.required("steps").asInt())
                    .guidanceScale((float) said.required("guidance_scale").asDouble())
                    .seed(said.required("seed").asLong())
                    .size(
                            said.required("width").asInt(),
                            said.required("height").asInt())
                    .eta((float) said.required("eta").asDouble())
                    .controls(controls(models));
            usual.ifPresentOrElse(choice -> options.timestepSpacing(choice.timestepSpacing()), options::unscheduled);
            if (said.has("scheduler")) {
                options.scheduler(
                        SchedulerKind.valueOf(said.get("scheduler").asText().toUpperCase(Locale.ROOT)));
            }
            if (said.has("init_image")) {
                options.init(init(), (float) said.required("strength").asDouble());
            }
            hole().ifPresent(hole -> options.init(
                            hole.picture(), (float) said.required("strength").asDouble())
                    .hole(hole));
            if (said.has("likeness")) {
                options.likeness(likeness(models.unClipModel(file)));
            }
            return options.build();
        }

        private Likeness likeness(UnClipModel model) {
            String picture = said.get("likeness").asText();
            return picture.isEmpty()
                    ? Likeness.toPrompt(model)
                    : Likeness.toPicture(model, Pictures.decode(Pictures.golden(picture)));
        }

        /** The part that is painted; empty if everything is. */
        Optional<Hole> hole() {
            return said.path("mask").asText().equals("drawn")
                    ? Optional.of(new Hole(picture("init"), Mask.of(picture("mask")), false))
                    : Optional.empty();
        }

        private Picture init() {
            return PictureScaler.resize(
                    Pictures.decode(Pictures.golden(said.get("init_image").asText())),
                    said.required("width").asInt(),
                    said.required("height").asInt());
        }

        private Controls controls(ShippedModel models) {
            List<Control> controls = new ArrayList<>();
            for (JsonNode control : said.path("controls")) {
                controls.add(new Control(
                        models.controlNet(file),
                        picture("control_" + controls.size()),
                        (float) control.required("scale").asDouble(),
                        control.required("start").asDouble(),
                        control.required("end").asDouble()));
            }
            return new Controls(controls, said.path("guess_mode").asBoolean());
        }

        /** Whether {@link #latents} has the latents before the first step and after each, not the last ones alone. */
        boolean hasAllLatents() {
            return said.required("all_latents").asBoolean();
        }

        Tensor latents() {
            return tensor("latents");
        }

        /** A stage of the row of the negative prompt (0) and that of the prompt (1). */
        Tensor tensor(String stage) {
            return tensors.tensor(name() + "_" + stage);
        }

        /** The finished picture. */
        Picture picture() {
            return picture("pixels");
        }

        Picture picture(String stage) {
            Tensor pixels = tensor(stage);
            byte[] rgb = new byte[pixels.longs().length];
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = (byte) pixels.longs()[i];
            }
            return new Picture(pixels.shape().dimension(1), pixels.shape().dimension(0), rgb);
        }

        /** Fails if {@code picture} is of another size or farther away than a level. */
        void assertSamePicture(Picture picture) {
            Picture expected = picture();
            assertThat(picture.width()).isEqualTo(expected.width());
            assertThat(picture.height()).isEqualTo(expected.height());
            int largest = 0;
            for (int i = 0; i < picture.rgb().length; i++) {
                int difference = (picture.rgb()[i] & 0xff) - (expected.rgb()[i] & 0xff);
                largest = Math.max(largest, Math.abs(difference));
            }
            assertThat(largest).as("largest difference in levels").isLessThanOrEqualTo(PIXEL_TOLERANCE);
        }

        @Override
        public String toString() {
            return name();
        }
    }
}
