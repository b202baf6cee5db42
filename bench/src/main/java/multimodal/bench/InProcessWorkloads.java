package multimodal.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import multimodal.clip.pipeline.Content;
import multimodal.clip.pipeline.ContentEncoder;
import multimodal.clip.pipeline.Embedder;
import multimodal.clip.rpc.Models;
import multimodal.clip.steps.PictureEncoder;
import multimodal.clip.steps.PictureReader;
import multimodal.clip.steps.TextEncoder;
import multimodal.image.pipeline.GenerateImageOptions;
import multimodal.image.pipeline.TextToImage;
import multimodal.image.steps.Controls;
import multimodal.image.steps.DiffusionModel;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.diffusion.ClassifierFreeGuidance;
import multimodal.inference.lifecycle.ModelRegistry;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;

/**
 * The requests of {@link Workloads} that are measured without a server too: {@code embed-text} and {@code generate}.
 *
 * @param registry with the models loaded
 * @param texts one is taken after the other
 * @param steps denoising steps of a generated picture
 */
record InProcessWorkloads(ModelRegistry registry, List<String> texts, int steps) {

    private static final Load.Answer ONE = new Load.Answer(Duration.ZERO, 1);

    Map<String, Load.Request> requests() {
        TextToImage textToImage = new TextToImage();
        PictureReader reader = new PictureReader(new PictureDecoder(PictureLimits.DEFAULT), 1);
        Embedder embedder = new Embedder(new ContentEncoder(new TextEncoder(), new PictureEncoder(reader)));
        return Map.of(
                "embed-text", number -> embed(embedder, number), "generate", number -> generate(textToImage, number));
    }

    private Load.Answer embed(Embedder embedder, int number) {
        embedder.embed(
                registry.find(Models.CLIP, Optional.empty(), Optional.empty()),
                List.of(new Content.Text("inputs[0].text", text(number))),
                RequestContext.detached());
        return ONE;
    }

    private Load.Answer generate(TextToImage textToImage, int number) {
        DiffusionModel model =
                DiffusionModel.of(registry.find(DiffusionModel.TASK, Optional.empty(), Optional.empty()));
        textToImage.generate(model, options(model, number), RequestContext.detached(), progress -> {});
        return ONE;
    }

    /** What image-service makes of the request of {@link Workloads}. */
    private GenerateImageOptions options(DiffusionModel model, int number) {
        return new GenerateImageOptions(
                text(number),
                "",
                steps,
                new ClassifierFreeGuidance(model.defaultGuidanceScale()),
                number,
                model.size().byDefault(),
                model.size().byDefault(),
                1,
                0,
                model.schedule().usualChoice(),
                Optional.empty(),
                Controls.NONE,
                Optional.empty(),
                Optional.empty());
    }

    private String text(int number) {
        return texts.get(number % texts.size());
    }
}
