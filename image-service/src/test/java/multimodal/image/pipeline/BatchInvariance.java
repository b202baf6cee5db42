package multimodal.image.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import multimodal.image.steps.Control;
import multimodal.image.steps.ControlNet;
import multimodal.image.steps.Controls;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.Hole;
import multimodal.image.steps.Likeness;
import multimodal.image.steps.Mask;
import multimodal.image.steps.PictureSize;
import multimodal.image.steps.UnClipModel;
import multimodal.image.testing.Options;
import multimodal.image.testing.RandomArrivals;
import multimodal.image.testing.ShippedModel;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.diffusion.SchedulerKind;
import multimodal.inference.diffusion.TimestepSpacing;
import multimodal.media.Picture;
import org.junit.jupiter.api.Test;

/** A picture does not depend on who shared the batch; a subclass for each engine. */
abstract class BatchInvariance {

    private static final int MANY = 200;

    private final String engine;
    private final Path repository;
    private final String name;
    private final int count;

    /** Two hundred requests on the model that ships. */
    BatchInvariance(String engine) {
        this(engine, ShippedModel.repository(), "sticker-diffusion", MANY);
    }

    /** On the text-to-image model {@code name} of {@code repository}, and the first ControlNet and unCLIP model for it. */
    BatchInvariance(String engine, Path repository, String name, int count) {
        this.engine = engine;
        this.repository = repository;
        this.name = name;
        this.count = count;
    }

    @Test
    void mixedRequestsMakeTheSameBytesAloneAndTogether() throws Exception {
        RandomArrivals arrivals = new RandomArrivals("unet", new Random(7));
        // With two ONNX Runtime has two calls at once.
        int threads = engine.equals("onnxruntime") ? 2 : 1;
        try (ShippedModel shipped = ShippedModel.open(engine, threads, repository, arrivals);
                DiffusionModel model = shipped.model(name)) {
            List<Callable<List<byte[]>>> requests = mixed(model, shipped.controlNets(), shipped.unClipModels());
            List<List<byte[]>> alone = new ArrayList<>();
            for (Callable<List<byte[]>> request : requests) {
                alone.add(request.call());
            }
            List<List<byte[]>> together = arrivals.run(requests);

            assertThat(IntStream.range(0, count)
                            .filter(i -> !sameBytes(together.get(i), alone.get(i)))
                            .boxed())
                    .as("requests whose pictures differ")
                    .isEmpty();
            assertThat(arrivals.sharedCalls()).as("calls with several requests").isGreaterThan(count / 4);
        }
    }

    /**
     * Schedulers, steps, guidance (also none), negative prompts, seeds, picture counts, eta, spacing, init images, previews and,
     * as far as the model has them, masks, controls and likenesses all differ. Sizes do too: those of one shape of latents share calls,
     * others take turns.
     */
    private List<Callable<List<byte[]>>> mixed(
            DiffusionModel model, List<ControlNet> networks, List<UnClipModel> unClipModels) {
        Random random = new Random(20);
        List<UnClipModel> likenesses = unClipModels.stream()
                .filter(unClip -> unClip.base().equals(model.name()))
                .toList();
        PictureSize size = model.size();
        List<Callable<List<byte[]>>> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SchedulerKind scheduler = SchedulerKind.values()[i % SchedulerKind.values().length];
            boolean hasFreshNoise = scheduler == SchedulerKind.DDIM && random.nextBoolean();
            Options options = new Options()
                    .prompt("picture number " + i)
                    .negativePrompt(random.nextInt(3) == 0 ? "a dog in the grass" : "")
                    .steps(1 + random.nextInt(4))
                    .guidanceScale(random.nextBoolean() ? 1 : 1 + random.nextInt(60) / 10f)
                    .seed(random.nextLong())
                    .size(side(size, random), side(size, random))
                    .imageCount(1 + random.nextInt(4) / 3)
                    .scheduler(scheduler)
                    .eta(hasFreshNoise ? 0.5f : 0)
                    .timestepSpacing(TimestepSpacing.values()[random.nextInt(TimestepSpacing.values().length)])
                    .previewInterval(random.nextInt(5) == 0 ? 1 : 0);
            if (model.schedule().usualChoice().isEmpty()) {
                options.unscheduled().steps(2 + random.nextInt(3));
            }
            Picture picture = colours(random, side(size, random), side(size, random));
            if (model.readsPictures() && random.nextInt(3) == 0) {
                options.init(picture, random.nextFloat());
            }
            if (model.inpaints() && random.nextInt(3) == 0) {
                Picture mask = colours(random, picture.width(), picture.height());
                options.hole(new Hole(picture, Mask.of(mask), random.nextBoolean()));
                options.init(picture, random.nextBoolean() ? 1 : random.nextFloat());
            }
            if (model.isControllable() && !networks.isEmpty() && random.nextInt(3) == 0) {
                options.controls(controls(networks.get(0), options, random));
            }
            if (!likenesses.isEmpty() && random.nextInt(3) == 0) {
                options.likeness(likeness(likenesses.get(0), random));
            }
            GenerateImageOptions built = options.build();
            requests.add(() -> new TextToImage()
                    .generate(model, built, RequestContext.detached(), progress -> {})
                    .pngs());
        }
        return requests;
    }

    private static Controls controls(ControlNet network, Options options, Random random) {
        List<Control> controls = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(2); i++) {
            Picture edges = colours(random, options.width(), options.height());
            controls.add(new Control(network, edges, 2 * random.nextFloat(), random.nextInt(2) * 0.25, 1));
        }
        return new Controls(controls, random.nextBoolean());
    }

    private static Likeness likeness(UnClipModel model, Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> Likeness.toPicture(model, colours(random, 40, 30));
            case 1 -> {
                float[] values = new float[model.embeddingLength()];
                values[random.nextInt(values.length)] = 1;
                yield Likeness.toEmbedding(model, values);
            }
            default -> Likeness.toPrompt(model);
        };
    }

    private static int side(PictureSize size, Random random) {
        int[] sides = {size.byDefault(), size.byDefault(), size.min(), size.min() + size.multipleOf()};
        int side = sides[random.nextInt(sides.length)];
        return size.allows(side) ? side : size.byDefault();
    }

    private static Picture colours(Random random, int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        random.nextBytes(rgb);
        return new Picture(width, height, rgb);
    }

    private static boolean sameBytes(List<byte[]> one, List<byte[]> other) {
        return one.size() == other.size()
                && IntStream.range(0, one.size()).allMatch(i -> Arrays.equals(one.get(i), other.get(i)));
    }
}
