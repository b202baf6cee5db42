package multimodal.inference.rpc;

import java.util.List;
import multimodal.common.rpc.ModelNames;
import multimodal.common.v1.ModelLoading;
import multimodal.common.v1.ModelRef;
import multimodal.common.v1.ModelState;
import multimodal.common.v1.ModelStatus;
import multimodal.inference.error.InferenceException;
import multimodal.inference.lifecycle.ModelQuery;
import multimodal.inference.repository.ModelId;

/** The registry's view of models as messages. */
public final class ModelMessages {

    private ModelMessages() {}

    /** The model of a task that a request refers to. */
    public static ModelQuery query(String task, ModelRef model) {
        return new ModelQuery(task, ModelNames.name(model), ModelNames.version(model));
    }

    /** What a stream tells whose call waits for a model. */
    public static ModelLoading loading(ModelId model) {
        return ModelLoading.newBuilder().setModel(ref(model)).build();
    }

    static List<ModelStatus> render(List<multimodal.inference.lifecycle.ModelStatus> statuses) {
        return statuses.stream().map(ModelMessages::render).toList();
    }

    static ModelStatus render(multimodal.inference.lifecycle.ModelStatus status) {
        return ModelStatus.newBuilder()
                .setModel(ref(status.model()))
                .setTask(status.task())
                .setState(state(status.state()))
                .setEngine(status.engine())
                .setMemoryBytes(status.memoryBytes())
                .setActiveCallCount(status.useCount())
                .setProblem(status.problem().map(ModelMessages::problem).orElse(""))
                .build();
    }

    /** A model by its full name. */
    public static ModelRef ref(ModelId model) {
        return ModelRef.newBuilder()
                .setName(model.name())
                .setVersion(model.version())
                .build();
    }

    private static ModelState state(multimodal.inference.lifecycle.ModelState state) {
        return switch (state) {
            case LOADING, WAKING -> ModelState.MODEL_STATE_LOADING;
            case READY -> ModelState.MODEL_STATE_READY;
            case DRAINING -> ModelState.MODEL_STATE_DRAINING;
            case STANDBY -> ModelState.MODEL_STATE_STANDBY;
            case CLOSED -> ModelState.MODEL_STATE_UNLOADED;
            case FAILED -> ModelState.MODEL_STATE_FAILED;
        };
    }

    /** What an operator can mend is told; what is our own fault stands in the log. */
    private static String problem(Throwable problem) {
        return problem instanceof InferenceException
                ? problem.getMessage()
                : "the engine does not take it; see the log";
    }
}
