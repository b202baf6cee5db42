package multimodal.inference.lifecycle;

import java.time.Duration;
import java.util.Optional;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.ModelRepository;
import org.jboss.logging.Logger;

/** Moves models into memory and out of it, one at a time, so that the budget holds at every moment. Thread-safe. */
final class ModelMover {

    private static final Logger LOG = Logger.getLogger(ModelMover.class);
    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

    private final ModelTable table;
    private final ModelRepository repository;
    private final ModelLoader loader;
    private final long budgetBytes;

    ModelMover(ModelTable table, ModelRepository repository, ModelLoader loader, long budgetBytes) {
        this.table = table;
        this.repository = repository;
        this.loader = loader;
        this.budgetBytes = budgetBytes;
    }

    /** Carries out a load that has begun; tells the table how it ends. */
    synchronized void load(ModelId id) {
        try {
            ModelManifest manifest = repository.load(id);
            long bytes = ModelMemory.estimate(manifest);
            makeRoom(id, bytes);
            LoadedModel model = loader.load(manifest, bytes);
            if (!table.endLoading(id, model)) {
                model.close();
                table.giveUpLoading(id, new InferenceException(ErrorKind.UNAVAILABLE, id + ": the service stops"));
            }
        } catch (InferenceException e) {
            fail(id, e);
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "%s does not load", id);
            table.failLoading(id, e);
        }
    }

    private void fail(ModelId id, InferenceException failure) {
        if (failure.kind() == ErrorKind.OVERLOADED) {
            LOG.warn(failure.getMessage());
            table.giveUpLoading(id, failure);
            return;
        }
        // an operator needs the cure, which the message says, and not the place in the code
        Throwable trace = failure.kind() == ErrorKind.MISCONFIGURED ? null : failure;
        LOG.errorf(trace, "%s does not load: %s", id, failure.getMessage());
        table.failLoading(id, failure);
    }

    /** Carries out what is left of a drain: ends what still runs, and gives the memory back. Idempotent. */
    synchronized void close(ModelId id) {
        table.draining(id).ifPresent(model -> {
            model.close();
            table.endDraining(id);
        });
    }

    /** Puts every model on standby that has been unused for {@code timeout} or longer. */
    synchronized void unloadIdle(Duration timeout) {
        Optional<LoadedModel> idle = table.takeLeastRecentlyUsed(timeout);
        while (idle.isPresent()) {
            putOnStandby(idle.get(), "unused for " + timeout);
            idle = table.takeLeastRecentlyUsed(timeout);
        }
    }

    private void makeRoom(ModelId id, long bytes) {
        if (bytes > budgetBytes) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED,
                    "%s: needs %d bytes (expected: at most %d, the budget of memory)"
                            .formatted(id, bytes, budgetBytes));
        }
        while (table.memoryBytes() + bytes > budgetBytes) {
            LoadedModel unused = table.takeLeastRecentlyUsed(Duration.ZERO)
                    .orElseThrow(() -> InferenceException.overloaded(
                            "%s: no room for %d bytes: the other models are in use".formatted(id, bytes), RETRY_DELAY));
            putOnStandby(unused, "makes room for " + id);
        }
    }

    private static void putOnStandby(LoadedModel model, String reason) {
        LOG.infof("%s is on standby: %s", model.manifest().id(), reason);
        model.close();
    }
}
