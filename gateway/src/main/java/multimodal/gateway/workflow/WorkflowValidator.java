package multimodal.gateway.workflow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks a workflow before it runs: one method for each rule, and every fault is found at once. */
public final class WorkflowValidator {
    /** Most nodes of a workflow. */
    public static final int MAX_NODE_COUNT = 64;

    /** Most edges of a workflow. */
    public static final int MAX_EDGE_COUNT = 256;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String NAME_RULE = "1 to 64 characters of [A-Za-z0-9_-]";

    private final Workflow workflow;
    private final Map<PortRef, PortType> sources = new HashMap<>();
    private final Map<PortRef, PortType> targets = new HashMap<>();
    private final List<WorkflowProblem> problems = new ArrayList<>();

    private WorkflowValidator(Workflow workflow) {
        this.workflow = workflow;
        workflow.inputs().forEach(port -> sources.put(PortRef.input(port.name()), port.type()));
        for (Node node : workflow.nodes()) {
            node.type().outputs().forEach(port -> sources.put(new PortRef(node.id(), port.name()), port.type()));
            node.type().inputs().forEach(port -> targets.put(new PortRef(node.id(), port.name()), port.type()));
        }
    }

    /** Every fault of {@code workflow}; none if it can run. */
    public static List<WorkflowProblem> check(Workflow workflow) {
        return new WorkflowValidator(workflow).check();
    }

    private List<WorkflowProblem> check() {
        checkSize();
        checkNames();
        checkIdsDiffer();
        checkTypesAreKnown();
        checkEndsExist();
        checkEndsAgree();
        checkEachInputIsFedOnce();
        checkNoCycle();
        return problems;
    }

    private void checkSize() {
        int nodes = workflow.nodes().size();
        if (nodes < 1 || nodes > MAX_NODE_COUNT) {
            report("nodes", nodes + " nodes", "1 to " + MAX_NODE_COUNT);
        }
        int edges = workflow.edges().size();
        if (edges > MAX_EDGE_COUNT) {
            report("edges", edges + " edges", "at most " + MAX_EDGE_COUNT);
        }
    }

    private void checkNames() {
        requireName("name", workflow.name());
        for (int i = 0; i < workflow.inputs().size(); i++) {
            requireName("inputs[" + i + "].name", workflow.inputs().get(i).name());
        }
        for (int i = 0; i < workflow.nodes().size(); i++) {
            requireName("nodes[" + i + "].id", workflow.nodes().get(i).id());
        }
    }

    private void checkIdsDiffer() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < workflow.nodes().size(); i++) {
            String id = workflow.nodes().get(i).id();
            if (!seen.add(id)) {
                report("nodes[" + i + "].id", id, "an id that no other node has");
            }
        }
    }

    private void checkTypesAreKnown() {
        for (int i = 0; i < workflow.nodes().size(); i++) {
            NodeType type = workflow.nodes().get(i).type();
            if (!NodeTypes.ALL.contains(type)) {
                List<String> known =
                        NodeTypes.ALL.stream().map(NodeType::method).toList();
                report("nodes[" + i + "].method", type.method(), "one of " + known);
            }
        }
    }

    private void checkEndsExist() {
        for (int i = 0; i < workflow.edges().size(); i++) {
            Edge edge = workflow.edges().get(i);
            if (!sources.containsKey(edge.source())) {
                report("edges[" + i + "].source", render(edge.source()), "an output of a node or an input");
            }
            if (!targets.containsKey(edge.target())) {
                report("edges[" + i + "].target", render(edge.target()), "an input of a node");
            }
        }
    }

    private void checkEndsAgree() {
        for (int i = 0; i < workflow.edges().size(); i++) {
            Edge edge = workflow.edges().get(i);
            PortType given = sources.get(edge.source());
            PortType taken = targets.get(edge.target());
            if (given != null && taken != null && given != taken) {
                report("edges[" + i + "]", given + " to " + taken, "ends of the same type");
            }
        }
    }

    private void checkEachInputIsFedOnce() {
        for (Node node : workflow.nodes()) {
            for (Port port : node.type().inputs()) {
                PortRef target = new PortRef(node.id(), port.name());
                long feeds = workflow.edges().stream()
                        .filter(edge -> edge.target().equals(target))
                        .count();
                if (feeds != 1) {
                    report(render(target), feeds + " edges", "exactly 1");
                }
            }
        }
    }

    private void checkNoCycle() {
        Map<String, Integer> openInputs = new HashMap<>();
        workflow.nodes().forEach(node -> openInputs.put(node.id(), 0));
        innerEdges().forEach(edge -> openInputs.merge(edge.target().node(), 1, Integer::sum));
        Deque<String> ready = new ArrayDeque<>();
        openInputs.forEach((id, open) -> {
            if (open == 0) {
                ready.add(id);
            }
        });
        Set<String> inOrder = new HashSet<>();
        for (Optional<String> next = poll(ready); next.isPresent(); next = poll(ready)) {
            String done = next.get();
            inOrder.add(done);
            innerEdges().stream()
                    .filter(edge -> edge.source().node().equals(done))
                    .forEach(edge -> {
                        if (openInputs.merge(edge.target().node(), -1, Integer::sum) == 0) {
                            ready.add(edge.target().node());
                        }
                    });
        }
        Set<String> caught = new HashSet<>(openInputs.keySet());
        caught.removeAll(inOrder);
        if (!caught.isEmpty()) {
            report("edges", "a cycle through " + caught.stream().sorted().toList(), "no cycle");
        }
    }

    private static Optional<String> poll(Deque<String> queue) {
        return Optional.ofNullable(queue.poll());
    }

    private List<Edge> innerEdges() {
        return workflow.edges().stream()
                .filter(edge -> sources.containsKey(edge.source()) && targets.containsKey(edge.target()))
                .filter(edge -> !edge.source().isInput())
                .toList();
    }

    private void requireName(String path, String name) {
        if (!NAME.matcher(name).matches()) {
            report(path, name, NAME_RULE);
        }
    }

    private void report(String path, String value, String expected) {
        problems.add(new WorkflowProblem(path, value, expected));
    }

    private static String render(PortRef ref) {
        return ref.isInput() ? ref.port() : ref.node() + "." + ref.port();
    }
}
