package multimodal.image.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import multimodal.image.steps.DiffusionModel;
import multimodal.inference.admission.Permit;
import multimodal.media.GenerationMetadata;
import multimodal.media.Picture;
import multimodal.media.PngEncoder;

/** Pictures as the files that go to the client; the time for it counts as postprocessing. */
final class PngFiles {

    private PngFiles() {}

    /** Files without settings. */
    static List<byte[]> previews(Permit permit, List<Picture> pictures) {
        long start = System.nanoTime();
        List<byte[]> files = pictures.stream().map(PngEncoder::encode).toList();
        permit.addPostprocess(Duration.ofNanos(System.nanoTime() - start));
        return files;
    }

    /** Files that say how they were made, each with the seed that makes it alone. */
    static List<byte[]> results(
            Permit permit, DiffusionModel model, GenerateImageOptions options, List<Picture> pictures) {
        long start = System.nanoTime();
        List<byte[]> files = new ArrayList<>();
        for (Picture picture : pictures) {
            long seed = options.seed() + files.size();
            files.add(PngEncoder.encode(picture, metadata(model, options, seed)));
        }
        permit.addPostprocess(Duration.ofNanos(System.nanoTime() - start));
        return files;
    }

    private static GenerationMetadata metadata(DiffusionModel model, GenerateImageOptions options, long seed) {
        return new GenerationMetadata(
                options.prompt(),
                options.negativePrompt(),
                seed,
                model.manifest().id().name(),
                model.manifest().id().version(),
                options.steps(),
                options.guidance().scale(),
                model.schedule().describe(options.scheduler()),
                options.init().map(InitImage::strength),
                options.likeness()
                        .map(likeness -> likeness.model().manifest().id().toString()),
                options.width(),
                options.height());
    }
}
