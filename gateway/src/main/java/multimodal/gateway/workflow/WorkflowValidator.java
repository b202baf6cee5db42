package multimodal.gateway.workflow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Checks a workflow before it runs: one method for each rule, and every fault is found at once. */
public final class WorkflowValidator {
    /** Most nodes of a workflow. */
    public static final int MAX_NODE_COUNT = 64;

    /** Most edges of a workflow. */
    public static final int MAX_EDGE_COUNT = 256;

    /** Most inputs of a workflow. */
    public static final int MAX_INPUT_COUNT = 64;

    private static final int MAX_DESCRIPTION_LENGTH = 1000;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String NAME_RULE = "1 to 64 characters of [A-Za-z0-9_-]";
    private static final Set<PortType> GIVEN_BY_CALLERS = Set.of(PortType.TEXT, PortType.IMAGE, PortType.EMBEDDING);

    private final Workflow workflow;
    private final NodeCatalogue catalogue;
    private final Set<String> nodesOfUnknownType = new HashSet<>();
    private final Map<PortRef, PortType> sources = new HashMap<>();
    private final Map<PortRef, PortType> targets = new HashMap<>();
    private final List<WorkflowProblem> problems = new ArrayList<>();

    private WorkflowValidator(Workflow workflow, NodeCatalogue catalogue) {
        this.workflow = workflow;
        this.catalogue = catalogue;
        workflow.inputs().forEach(port -> sources.put(PortRef.input(port.name()), port.type()));
        for (Node node : workflow.nodes()) {
            node.type().outputs().forEach(port -> sources.put(new PortRef(node.id(), port.name()), port.type()));
            node.type().inputs().forEach(port -> targets.put(new PortRef(node.id(), port.name()), port.type()));
            if (catalogue.find(node.type().method()).isEmpty()) {
                nodesOfUnknownType.add(node.id());
            }
        }
    }

    /** Every fault of {@code workflow}, whose nodes may be of the kinds in {@code catalogue}; none if it can run. */
    public static List<WorkflowProblem> check(Workflow workflow, NodeCatalogue catalogue) {
        WorkflowValidator validator = new WorkflowValidator(workflow, catalogue);
        return validator.isOfBearableSize() ? validator.check() : validator.problems;
    }

    /** What is too large is not looked at any further, for the rules below take time with nodes times edges. */
    private boolean isOfBearableSize() {
        checkCount("nodes", workflow.nodes().size(), 1, MAX_NODE_COUNT);
        checkCount("edges", workflow.edges().size(), 0, MAX_EDGE_COUNT);
        checkCount("inputs", workflow.inputs().size(), 0, MAX_INPUT_COUNT);
        return problems.isEmpty();
    }

    private List<WorkflowProblem> check() {
        checkNames();
        checkInputs();
        checkIdsDiffer();
        checkTypesAreKnown();
        checkEndsExist();
        checkEndsAgree();
        checkEachInputGetsItsValue();
        checkNoCycle();
        return problems;
    }

    private void checkCount(String what, int count, int min, int max) {
        if (count < min || count > max) {
            report(what, count + " " + what, min == 0 ? "at most " + max : min + " to " + max);
        }
    }

    private void checkNames() {
        requireName("name", workflow.name());
        int length = workflow.description().length();
        if (length > MAX_DESCRIPTION_LENGTH) {
            report("description", length + " characters", "at most " + MAX_DESCRIPTION_LENGTH);
        }
        for (int i = 0; i < workflow.inputs().size(); i++) {
            requireName("inputs[" + i + "].name", workflow.inputs().get(i).name());
        }
        for (int i = 0; i < workflow.nodes().size(); i++) {
            requireName("nodes[" + i + "].id", workflow.nodes().get(i).id());
        }
    }

    private void checkInputs() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < workflow.inputs().size(); i++) {
            Port port = workflow.inputs().get(i);
            if (!seen.add(port.name())) {
                report("inputs[" + i + "].name", port.name(), "a name that no other input has");
            }
            if (!GIVEN_BY_CALLERS.contains(port.type())) {
                report("inputs[" + i + "].type", port.type() + " for " + port.name(), "TEXT, IMAGE or EMBEDDING");
            }
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
            String method = workflow.nodes().get(i).type().method();
            if (catalogue.find(method).isEmpty()) {
                report("nodes[" + i + "].method", method, "an RPC such as " + catalogue.nearest(method));
            }
        }
    }

    private void checkEndsExist() {
        for (int i = 0; i < workflow.edges().size(); i++) {
            Edge edge = workflow.edges().get(i);
            if (!sources.containsKey(edge.source()) && isOfKnownType(edge.source())) {
                report("edges[" + i + "].source", render(edge.source()), "an output of a node or an input");
            }
            if (!targets.containsKey(edge.target()) && isOfKnownType(edge.target())) {
                report("edges[" + i + "].target", render(edge.target()), "an input of a node");
            }
        }
    }

    /** What ports a node of an unknown type has cannot be told. */
    private boolean isOfKnownType(PortRef end) {
        return !nodesOfUnknownType.contains(end.node());
    }

    private void checkEndsAgree() {
        for (int i = 0; i < workflow.edges().size(); i++) {
            Edge edge = workflow.edges().get(i);
            PortType given = sources.get(edge.source());
            PortType taken = targets.get(edge.target());
            if (given != null && taken != null && given != taken) {
                String ends = "%s %s to %s %s".formatted(given, render(edge.source()), taken, render(edge.target()));
                report("edges[" + i + "]", ends, "ends of the same type");
            }
        }
    }

    private void checkEachInputGetsItsValue() {
        Map<PortRef, Long> edgeCounts =
                workflow.edges().stream().collect(Collectors.groupingBy(Edge::target, Collectors.counting()));
        for (int i = 0; i < workflow.nodes().size(); i++) {
            Node node = workflow.nodes().get(i);
            Map<String, List<InputPort>> groups = node.type().inputs().stream()
                    .collect(Collectors.groupingBy(
                            port -> port.alternatives().orElse(port.name()), LinkedHashMap::new, Collectors.toList()));
            for (List<InputPort> ports : groups.values()) {
                checkValueOfOne(i, ports, edgeCounts);
            }
        }
    }

    /** At most one of {@code ports} has a value, and one of them must if they are required: from an edge or the settings. */
    private void checkValueOfOne(int index, List<InputPort> ports, Map<PortRef, Long> edgeCounts) {
        Node node = workflow.nodes().get(index);
        long values = 0;
        for (InputPort port : ports) {
            values += edgeCounts.getOrDefault(new PortRef(node.id(), port.name()), 0L);
            values += port.isSetIn(node.settings()) ? 1 : 0;
        }
        boolean required = ports.get(0).required();
        if (values > 1 || required && values == 0) {
            String names = ports.stream()
                    .map(port -> render(new PortRef(node.id(), port.name())))
                    .collect(Collectors.joining(" or "));
            report(
                    "nodes[%d].inputs.%s".formatted(index, ports.get(0).name()),
                    "%d values for %s".formatted(values, names),
                    required ? "1: an edge or a setting" : "at most 1: an edge or a setting");
        }
    }

    private void checkNoCycle() {
        Map<String, Integer> openInputs = new LinkedHashMap<>();
        workflow.nodes().forEach(node -> openInputs.put(node.id(), 0));
        List<Edge> inner = innerEdges();
        inner.forEach(edge -> openInputs.merge(edge.target().node(), 1, Integer::sum));
        Deque<String> ready = new ArrayDeque<>();
        openInputs.forEach((id, open) -> {
            if (open == 0) {
                ready.add(id);
            }
        });
        while (!ready.isEmpty()) {
            String done = ready.remove();
            openInputs.remove(done);
            inner.stream().filter(edge -> edge.source().node().equals(done)).forEach(edge -> {
                if (openInputs.merge(edge.target().node(), -1, Integer::sum) == 0) {
                    ready.add(edge.target().node());
                }
            });
        }
        // What is left stands on a cycle or behind one.
        openInputs.keySet().stream().findFirst().ifPresent(id -> reportCycleBefore(id, openInputs.keySet(), inner));
    }

    /** Goes against the edges from {@code id}; each node of {@code left} has one that comes from another of them. */
    private void reportCycleBefore(String id, Set<String> left, List<Edge> inner) {
        List<Edge> walk = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        String at = id;
        while (seen.add(at)) {
            String target = at;
            Edge edge = inner.stream()
                    .filter(candidate -> candidate.target().node().equals(target))
                    .filter(candidate -> left.contains(candidate.source().node()))
                    .findFirst()
                    .orElseThrow();
            walk.add(0, edge);
            at = edge.source().node();
        }
        String start = at;
        // The walk ends where the cycle closes; what it passed before it came there stands behind the cycle.
        List<Edge> cycle = new ArrayList<>();
        for (Edge edge : walk) {
            cycle.add(edge);
            if (edge.target().node().equals(start)) {
                break;
            }
        }
        String ports = cycle.stream().map(edge -> render(edge.target())).collect(Collectors.joining(", "));
        report("edges[" + workflow.edges().indexOf(cycle.get(0)) + "]", "a cycle through " + ports, "no cycle");
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
