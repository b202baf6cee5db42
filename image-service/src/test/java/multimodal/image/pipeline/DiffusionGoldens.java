package multimodal.image.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import multimodal.image.testing.Options;
import multimodal.inference.diffusion.TimestepSpacing;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.GoldenTensors;
import multimodal.media.Picture;

/** Pictures that a script of {@code models/golden} made, with their stages. */
final class DiffusionGoldens {

    private final GoldenTensors tensors;

    private DiffusionGoldens(GoldenTensors tensors) {
        this.tensors = tensors;
    }

    /** The file of that name in {@code models/golden}. */
    static DiffusionGoldens read(String name) {
        return new DiffusionGoldens(GoldenTensors.read(name));
    }

    List<Case> cases() {
        return tensors.cases(null).stream().map(said -> new Case(said, tensors)).toList();
    }

    /** One picture with all its stages. */
    record Case(JsonNode said, GoldenTensors tensors) {

        String name() {
            return said.required("name").asText();
        }

        /** @param spacing that of the model's own scheduler */
        GenerateImageOptions options(TimestepSpacing spacing) {
            return new Options()
                    .prompt(said.required("prompt").asText())
                    .negativePrompt(said.required("negative_prompt").asText())
                    .steps(said.required("steps").asInt())
                    .guidanceScale((float) said.required("guidance_scale").asDouble())
                    .seed(said.required("seed").asLong())
                    .size(
                            said.required("width").asInt(),
                            said.required("height").asInt())
                    .eta((float) said.required("eta").asDouble())
                    .timestepSpacing(spacing)
                    .build();
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

        Picture picture() {
            Tensor pixels = tensor("pixels");
            byte[] rgb = new byte[pixels.longs().length];
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = (byte) pixels.longs()[i];
            }
            return new Picture(pixels.shape().dimension(1), pixels.shape().dimension(0), rgb);
        }

        @Override
        public String toString() {
            return name();
        }
    }
}
