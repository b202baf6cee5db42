package multimodal.image.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.PictureSize;
import multimodal.image.testing.Options;
import multimodal.image.testing.ShippedModel;
import multimodal.inference.batching.BatchEvent;
import multimodal.inference.batching.BatchListener;
import multimodal.inference.batching.RequestContext;
import org.junit.jupiter.api.Test;

/** A picture does not depend on who shared the batch; a subclass for each engine. */
abstract class BatchInvariance {

    private static final int REQUESTS = 20;

    private final String engine;

    BatchInvariance(String engine) {
        this.engine = engine;
    }

    @Test
    void mixedRequestsMakeTheSameBytesAloneAndTogether() throws InterruptedException, ExecutionException {
        AtomicInteger mostTogether = new AtomicInteger();
        BatchListener company = new BatchListener() {
            @Override
            public void formed(BatchEvent batch) {
                mostTogether.accumulateAndGet(batch.members().size(), Math::max);
            }
        };
        try (ShippedModel shipped = ShippedModel.open(engine, company)) {
            DiffusionModel model = shipped.model();
            List<Callable<List<byte[]>>> requests = mixed(model);
            List<List<byte[]>> alone = new ArrayList<>();
            for (Callable<List<byte[]>> request : requests) {
                alone.add(call(request));
            }
            assertThat(together(requests)).usingRecursiveComparison().isEqualTo(alone);
            assertThat(mostTogether).as("requests in one call").hasValueGreaterThan(1);
        }
    }

    /** Steps, guidance, seeds, sizes, picture counts, eta and previews all differ. */
    private static List<Callable<List<byte[]>>> mixed(DiffusionModel model) {
        Random random = new Random(20);
        PictureSize size = model.size();
        List<Callable<List<byte[]>>> requests = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            int longer = Math.min(size.max(), size.byDefault() + size.multipleOf());
            GenerateImageOptions options = new Options()
                    .prompt("picture number " + i)
                    .steps(1 + random.nextInt(4))
                    .guidanceScale(random.nextBoolean() ? 1 + i % 5 : 0)
                    .seed(random.nextLong())
                    .size(random.nextInt(4) == 0 ? longer : size.byDefault(), size.byDefault())
                    .imageCount(1 + random.nextInt(3) / 2)
                    .eta(random.nextInt(3) == 0 ? 0.5f : 0)
                    .previewInterval(i % 5 == 0 ? 1 : 0)
                    .build();
            requests.add(() -> new TextToImage()
                    .generate(model, options, RequestContext.detached(), progress -> {})
                    .pngs());
        }
        return requests;
    }

    private static List<List<byte[]>> together(List<Callable<List<byte[]>>> requests)
            throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(REQUESTS);
        try {
            List<List<byte[]>> results = new ArrayList<>();
            for (Future<List<byte[]>> result : threads.invokeAll(requests)) {
                results.add(result.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<byte[]> call(Callable<List<byte[]>> request) throws ExecutionException {
        try {
            return request.call();
        } catch (Exception failure) {
            throw new ExecutionException(failure);
        }
    }
}
